import { parseAddress, parseAddressList } from "../../mod.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Setting, Settings } from "./settings.ts";

/**
 * Reads the sender's address: `--from`, `SMTP_FROM`, or the user, when it is an address.
 *
 * @param settings The settings.
 * @param user Who logs in.
 * @returns The address as it was written; `undefined` when there is none.
 * @throws {CliError} If it is not one address.
 */
export function readFrom(settings: Settings, user: string | undefined): string | undefined {
  const login = user?.includes("@") ? { value: user, source: "--user" } : undefined;
  const setting = settings.get("from") ?? login;
  if (setting) named(setting, parseAddress);
  return setting?.value;
}

/** Reads an option of addresses that may be given several times; the addresses as they were written. */
export function readAddresses({ given }: Settings, name: string): readonly string[] {
  const values = given.values(name);
  for (const value of values) named({ value, source: `--${name}` }, parseAddressList);
  return values;
}

/** Reads `--envelope-from`; the null reverse-path may be written `<>` or left empty. */
export function readReversePath({ given }: Settings): string | undefined {
  const value = given.value("envelope-from");
  if (value === undefined) return undefined;
  if (value === "" || value === "<>") return "";
  return named({ value, source: "--envelope-from" }, parseAddress).address;
}

/** Has an address read, and says where it stood when it cannot be. */
export function named<T>({ value, source }: Setting, read: (value: string) => T): T {
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = error.message.replace(/^Cannot read address/, `Cannot read ${source}`);
    throw new CliError(message, EXIT.DATAERR, { code: "cli.address", cause: error });
  }
}

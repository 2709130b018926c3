/** How arguments are read; the fields of `@std/cli`'s `ParseOptions` that are used here. */
export interface ParseOptions {
  string?: string[];
  boolean?: string[];
  collect?: string[];
}

/**
 * Reads arguments that are already in the form `--name`, `--name=value` or a bare word; `_` holds the bare words, and all that
 * follows `--`.
 */
// deno-lint-ignore no-explicit-any -- the real function infers a type from its options; a record of any fits all of them
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Record<string, any> {
  const { string = [], boolean = [], collect = [] } = options;
  const words: string[] = [];
  // deno-lint-ignore no-explicit-any -- as above
  const parsed: Record<string, any> = { _: words };
  for (const name of boolean) parsed[name] = false;
  for (const name of collect) parsed[name] = [];
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  for (const arg of args.slice(0, end)) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) words.push(arg);
    else if (collect.includes(name)) parsed[name].push(value ?? "");
    else if (string.includes(name)) parsed[name] = value ?? "";
    else parsed[name] = value === undefined || value === "true";
  }
  words.push(...args.slice(end + 1));
  return parsed;
}

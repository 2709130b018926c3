import { parseEnv } from "node:util";

/** The variables of a `.env` text. */
export function parse(text: string): Record<string, string> {
  return { ...parseEnv(text) } as Record<string, string>;
}

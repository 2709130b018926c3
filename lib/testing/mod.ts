/**
 * What tests of mail-sending code need.
 *
 * @module
 */

export { script, type ScriptedDuplex, type ScriptOptions } from "./script.ts";
export type { Duplex, TlsOptions } from "../wire/duplex.ts";

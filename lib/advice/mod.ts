/**
 * What replies and failures mean and what to do about them.
 *
 * Apart from the main entry, because its tables are needed only when something went wrong.
 *
 * @module
 */

export type { Advice } from "./advice.ts";
export { adviseConnect } from "./connect.ts";
export { DOTTED_CODES } from "./dotted_codes.ts";
export { explain, type Explanation } from "./explain.ts";
export { adviseReply } from "./reply.ts";
export { adviseTls } from "./tls.ts";
export type { Reply, StageName } from "../errors.ts";

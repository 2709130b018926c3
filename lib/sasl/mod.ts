/**
 * The SASL mechanisms by name, for whoever wants to choose them by hand: `{ mechanisms: [cramMd5({ user, password })] }`.
 *
 * Apart from the main entry, which loads a mechanism only when a server offers it.
 *
 * @module
 */

export { cramMd5 } from "./cram_md5.ts";
export { external } from "./external.ts";
export type { PasswordCredentials } from "./fields.ts";
export { login } from "./login.ts";
export type { Exchange, Mechanism } from "./mechanism.ts";
export { oauthbearer, type OAuthBearerOptions } from "./oauthbearer.ts";
export { plain } from "./plain.ts";
export { scram, type ScramHash } from "./scram.ts";
export type { TokenCredentials } from "./bearer.ts";
export { xoauth2 } from "./xoauth2.ts";

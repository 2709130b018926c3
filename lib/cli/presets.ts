/** What is known of a provider. */
export interface Preset {
  readonly hostname: string;
  readonly port: number;
  readonly tls: "starttls" | "implicit";
  /** What trips people up; shown when there is no password, and before one is asked for. */
  readonly note: string;
}

/** Servers by the name that people use. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  gmail: {
    hostname: "smtp.gmail.com",
    port: 587,
    tls: "starttls",
    note: "Google takes an app password here, not the account's: https://myaccount.google.com/apppasswords",
  },
};

/**
 * How the connection is secured.
 *
 * - `"auto"`: implicit TLS on port 465; else STARTTLS, required, save on loopback, where plain is taken if TLS is not offered
 * - `"starttls"`: STARTTLS, required (RFC 3207)
 * - `"implicit"`: TLS from the first octet (RFC 8314 section 3)
 * - `"off"`: none; with a secret, only on loopback
 *
 * There is no "TLS if offered": who can drop a line from EHLO could then read everything.
 */
export type TlsMode = "auto" | "starttls" | "implicit" | "off";

const MODES: readonly string[] = ["auto", "starttls", "implicit", "off"];

/** Ports whose mode is fixed by registration: 465 speaks TLS at once, the others never do. RFC 8314 section 7.3. */
const IMPLICIT_PORT = 465;
const PLAIN_FIRST_PORTS: readonly number[] = [25, 587];

/**
 * Checks a mode against a port, and says whether TLS starts with the first octet.
 *
 * @param mode The mode.
 * @param port The TCP port.
 * @returns Whether TLS is implicit.
 * @throws {TypeError} If the mode is not one of the four, or cannot work on that port.
 * @throws {RangeError} If the port is not one.
 */
export function isImplicit(mode: TlsMode, port: number): boolean {
  if (!MODES.includes(mode)) {
    throw new TypeError(`Cannot use tls "${mode}": it is not one of ${MODES.join(", ")}`);
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RangeError(`Cannot connect to port ${port}: a port is a whole number from 1 to 65535`);
  }
  if (mode === "implicit" && PLAIN_FIRST_PORTS.includes(port)) {
    throw new TypeError(
      `Cannot use tls "implicit" on port ${port}: servers speak plain text first there; use "starttls"`,
    );
  }
  if ((mode === "starttls" || mode === "off") && port === IMPLICIT_PORT) {
    throw new TypeError(
      `Cannot use tls "${mode}" on port ${port}: servers speak TLS at once there; use "implicit"`,
    );
  }
  return mode === "implicit" || (mode === "auto" && port === IMPLICIT_PORT);
}

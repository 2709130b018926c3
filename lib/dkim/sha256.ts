/** A SHA-256 that is computed while the octets pass. FIPS 180-4. */
export interface Sha256 {
  /** Takes octets; not kept. */
  update(octets: Uint8Array): void;
  /** Ends it and gives the hash. */
  digest(): Uint8Array<ArrayBuffer>;
}

/**
 * Loads what makes hashes.
 *
 * Web Crypto hashes only what is all there, and each of its calls is a hop to another thread: for a message of 1 KB it takes
 * ten times as long. `node:crypto` can do both, but costs milliseconds to load, and who does not sign is not to pay them.
 *
 * @returns What begins a hash.
 */
export async function loadSha256(): Promise<() => Sha256> {
  const { createHash } = await import("node:crypto");
  return () => {
    const hash = createHash("sha256");
    return {
      update: (octets) => void hash.update(octets),
      digest: () => new Uint8Array(hash.digest()),
    };
  };
}

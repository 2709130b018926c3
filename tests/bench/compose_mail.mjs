/**
 * What the contestants of the composing bench share. It is JavaScript because Node runs it too.
 *
 * @module
 */

const line = "The figures of the last quarter are here, a week before they were promised.\r\n";

/** A message as people send them: two texts of 1 KB and a file of 2 KB. */
export const small = {
  from: "Ann Lee <ann@example.com>",
  to: "Bo Quist <bo@example.org>",
  subject: "Größere Zahlen als im Vorjahr",
  text: line.repeat(13),
  html: `<p>${line.replace("quarter", "Vierteljahr, größer als je,").repeat(11)}</p>`,
  attachments: [{ filename: "figures.bin", content: Uint8Array.from({ length: 2_048 }, (_, i) => i * 167) }],
};

/** The message that an attachment makes large. */
export const large = { from: "ann@example.com", to: "bo@example.org", text: "Here it is." };

/**
 * Composes small messages for a while uncounted, and as long counted.
 *
 * @param {() => number | Promise<number>} compose Composes one; gives its octets.
 * @param {number} ms How long, in milliseconds.
 * @returns {Promise<number>} The messages per second.
 */
export async function countSmall(compose, ms) {
  let rate = 0;
  for (const _ of ["uncounted", "counted"]) {
    let count = 0;
    const start = performance.now();
    while (performance.now() - start < ms) {
      for (let i = 0; i < 100; i++) {
        if (await compose() < 5_000) throw new Error("Cannot measure: octets are missing");
      }
      count += 100;
    }
    rate = count / (performance.now() - start) * 1_000;
  }
  return rate;
}

/**
 * Says how much memory a process had at most.
 *
 * @param {string} status What is in /proc/self/status.
 * @returns {number} The memory in MiB.
 */
export function peakMemory(status) {
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) / 1_024;
}

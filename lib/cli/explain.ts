import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Given } from "./parse.ts";

/**
 * Says what a reply means: `550 5.1.1`, or a whole line such as `550-5.1.1 No such user`.
 *
 * @param given The command line.
 * @param io Where to write.
 * @returns The exit code.
 */
export async function explainReply(given: Given, io: Io): Promise<number> {
  const [, code, enhanced] = /^\s*(\d+)(?:[\s-]+(\d+\.\d+\.\d+)(?![\d.]))?/.exec(given.words.join(" ")) ?? [];
  if (code === undefined) {
    throw new CliError("Cannot explain: give a code such as 550, or 550 5.1.1, or a server's reply");
  }
  const { explain } = await import("../advice/mod.ts");
  const explanation = (() => {
    try {
      return explain(Number(code), enhanced);
    } catch (error) {
      throw new CliError((error as Error).message, EXIT.USAGE, { cause: error });
    }
  })();
  if (given.has("json")) {
    io.out(JSON.stringify(explanation) + "\n");
    return EXIT.OK;
  }
  io.out(`${explanation.code}  ${explanation.meaning} (${explanation.kind})\n`);
  io.out(`     ${explanation.advice}\n`);
  if (explanation.enhanced) {
    io.out(`${explanation.enhanced.code}  ${explanation.enhanced.meaning}\n`);
    if (explanation.enhanced.advice) io.out(`     ${explanation.enhanced.advice}\n`);
  }
  return EXIT.OK;
}

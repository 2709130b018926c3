import type { Advice } from "../advice/mod.ts";
import type { Reply, StageName } from "../../mod.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { wrap } from "./format.ts";
import type { Given } from "./parse.ts";

/** A reply as it is pasted: `550 5.1.1`, `550-5.1.1 No such user`, `S: 550 …`. */
const REPLY =
  /^\s*(?:S: *|< *)?["']?(\d{3})(?:[\s-]+(\d\.\d{1,3}\.\d{1,3})(?![\d.]))?(?:[\s-]+([^]*?))?["'\s]*$/;

/**
 * Says what a reply means: `550 5.1.1`, or a whole reply as it was pasted.
 *
 * @param given The command line.
 * @param io Where to write.
 * @returns The exit code.
 */
export async function explainReply(given: Given, io: Io): Promise<number> {
  const words = given.words.join(" ");
  const [, digits, enhanced, rest = ""] = REPLY.exec(words) ?? [];
  if (digits === undefined) {
    throw new CliError(
      words === ""
        ? "Cannot explain: give a code such as 550, a code and its enhanced code such as 550 5.1.1, or a whole reply"
        : `Cannot explain ${
          JSON.stringify(words.slice(0, 80))
        }: it does not begin with a reply code such as 550`,
    );
  }
  const code = Number(digits);
  const { adviseReply, explain } = await import("../advice/mod.ts");
  const explanation = (() => {
    try {
      return explain(code, enhanced);
    } catch (error) {
      throw new CliError((error as Error).message, EXIT.USAGE, { cause: error });
    }
  })();
  const text = rest.replace(/^["']|["']$/g, "").trim();
  const lines = [`${enhanced ?? ""} ${text}`.trim()];
  // One code often stands for several causes: only the words tell them apart.
  const advice = text && code >= 400
    ? adviseReply({ code, enhanced, lines }, placeOf({ code, enhanced, lines }))
    : undefined;
  if (given.has("json")) io.out(JSON.stringify({ ...explanation, cause: advice }) + "\n");
  else io.out(table(explanation, advice));
  return EXIT.OK;
}

function table(
  { code, kind, meaning, advice, enhanced }: import("../advice/mod.ts").Explanation,
  told: Advice | undefined,
): string {
  const rows: [string, string][] = [[String(code), `${meaning} (${KIND[kind]})`]];
  if (enhanced) rows.push([enhanced.code, enhanced.meaning]);
  if (told) rows.push([told.code, told.meaning]);
  rows.push(["do", told?.hint ?? enhanced?.advice ?? advice]);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.flatMap(([name, text]) =>
    wrap(text, 94 - width).map((line, at) => `${(at === 0 ? name : "").padEnd(width)}${line}\n`)
  ).join("");
}

const KIND = {
  "success": "success",
  "more": "the server waits for more",
  "try later": "temporary: try later",
  "permanent": "permanent: do not try the same again",
};

/** The command that such a reply most often answers; pasted alone, it does not say. */
function placeOf({ code, enhanced = "" }: Reply): { stage: StageName; command: string } {
  if (code === 454 || (code >= 530 && code <= 538)) return { stage: "auth", command: "AUTH" };
  if (code === 421) return { stage: "connect", command: "" };
  if (/^\d\.1\.[78]$/.test(enhanced)) return { stage: "envelope", command: "MAIL" };
  if (/^\d\.[12]\./.test(enhanced) || [450, 550, 551, 553].includes(code)) {
    return { stage: "envelope", command: "RCPT" };
  }
  return { stage: "data", command: "content" };
}

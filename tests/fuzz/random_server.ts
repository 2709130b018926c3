import { text } from "./octets.ts";
import type { Random } from "./random.ts";
import { base64, beginExchange, type Exchange, type Login, randomMechanisms } from "./random_login.ts";
import { type Said, ServerRecord, takes, type Transaction } from "./server_record.ts";
import { Voice } from "./random_voice.ts";

/** How the server of one connection is. */
interface Character {
  readonly pipelining: boolean;
  readonly chunking: boolean;
  readonly starttls: boolean;
  /** Claims PIPELINING, and forgets what came behind the command that it answers. */
  readonly forgets: boolean;
  /** Claims CHUNKING, and has never heard of BDAT. */
  readonly knowsNoBdat: boolean;
}

/** A server that is a state machine like any other, but for its moods; it records what it took, and what the client did wrong. */
export class RandomServer {
  readonly record = new ServerRecord();
  readonly voice: Voice;
  readonly #random: Random;
  readonly #login: Login;
  readonly #character: Character;
  readonly #byBdat: boolean;
  #in = "";
  readonly #loopback: boolean;
  #secure = false;
  #offered: ReadonlySet<string> = new Set();
  #go?: Said;
  #exchange?: Exchange;
  #current?: Transaction;
  #content?: { kind: "data" | "drain" } | { kind: "bdat"; left: number; last: boolean };

  /**
   * @param options Who may log in, whether nobody can listen, and whether the client would use BDAT.
   */
  constructor(random: Random, options: { login: Login; loopback: boolean; chunking: boolean }) {
    this.#random = random;
    this.voice = new Voice(random, this.record, random.pick(0, 0.02, 0.05, 0.1, 0.3));
    this.#login = options.login;
    this.#loopback = options.loopback;
    this.#byBdat = options.chunking;
    const pipelining = random.chance(0.6);
    const chunking = random.chance(0.5);
    this.#character = {
      pipelining,
      chunking,
      starttls: random.chance(0.6),
      forgets: pipelining && random.chance(0.03),
      knowsNoBdat: chunking && random.chance(0.03),
    };
    this.voice.answer(220, ["mail.example.com ESMTP", ...random.chance(0.1) ? ["be nice"] : []]);
  }

  /** Takes octets of the client. */
  hear(octets: string): void {
    if (this.voice.gone) return;
    this.#in += octets;
    while (!this.voice.gone && this.#step());
    if (this.voice.dying) this.voice.end(this.#random.pick("close", "reset"));
  }

  /** How STARTTLS goes on. */
  upgrade(): "ok" | "refused" | "stalls" {
    const { record } = this;
    // The client has the answer and one reply too many, and must have seen it. RFC 3207 section 4.2.
    if (record.outOfStep && record.hasRead(this.#go)) {
      record.faults.push("TLS was started over what came ahead");
    }
    this.#in = "";
    this.#secure = true;
    this.record.log.push("-- TLS");
    return this.voice.fails() ? this.#random.pick("refused", "stalls") : "ok";
  }

  /** Does what it can with what it has heard; false when more must come. */
  #step(): boolean {
    if (this.#content?.kind === "bdat") return this.#hearChunk(this.#content);
    if (this.#content) return this.#hearData();
    const end = this.#in.indexOf("\r\n");
    if (end < 0) return false;
    const line = this.#in.slice(0, end);
    this.#in = this.#in.slice(end + 2);
    this.record.log.push(`C: ${line}`);
    this.#hearLine(line);
    if (this.#character.forgets && this.#in !== "") {
      this.record.log.push(`-- forgets ${this.#in.length} octets`);
      this.record.lied = this.record.outOfStep = true;
      this.#in = "";
    }
    return true;
  }

  #hearLine(line: string): void {
    if (this.#exchange) return this.#hearResponse(line);
    const [, verb, rest] = /^([A-Z]+)(?: (.*))?$/.exec(line) ?? [];
    // A chunk follows its BDAT at once. RFC 3030 section 2.
    if (verb !== "BDAT") this.#nothingBehind(line, ["MAIL", "RCPT", "RSET"].includes(verb));
    if (verb === "EHLO" && /^[!-~]+$/.test(rest)) return this.#greet();
    if (verb === "HELO" && /^[!-~]+$/.test(rest)) return void this.voice.answer(250);
    if (line === "STARTTLS") return void (this.#go = this.voice.answer(220));
    if (verb === "AUTH") return this.#authenticate(...rest.split(" ") as [string, string?]);
    if (line === "RSET") return this.#reset();
    if (line === "QUIT") return this.#leave();
    const [, sender] = /^MAIL FROM:<([^ <>]*)>(?: [!-~]+)*$/.exec(line) ?? [];
    if (sender !== undefined) return this.#mail(sender);
    const [, recipient] = /^RCPT TO:<([^ <>]+)>$/.exec(line) ?? [];
    if (recipient !== undefined) return this.#rcpt(recipient);
    if (line === "DATA") return this.#data();
    const [, octets, last] = /^BDAT (\d+)( LAST)?$/.exec(line) ?? [];
    if (octets !== undefined && !this.#character.knowsNoBdat) {
      this.#content = { kind: "bdat", left: Number(octets), last: last !== undefined };
      return;
    }
    if (octets !== undefined) this.record.lied = true;
    this.#fault(`no command: ${line}`);
    this.voice.say(500);
  }

  #greet(): void {
    this.#offered = new Set();
    this.record.byBdat = false;
    const { pipelining, chunking, starttls } = this.#character;
    const mechanisms = randomMechanisms(this.#random, this.#login);
    const offers = [
      ...pipelining ? [this.#random.pick("PIPELINING", "pipelining")] : [],
      ...chunking ? ["CHUNKING"] : [],
      ...starttls && !this.#secure ? ["STARTTLS"] : [],
      ...mechanisms.length > 0 ? [`AUTH ${mechanisms.join(" ")}`] : [],
      ...this.#random.some("8BITMIME", "SIZE 100000", "DSN", "AUTH=X-OLD", "", "\x1b[2J x", "SMTPUTF8"),
    ];
    const { code } = this.voice.answer(250, ["mail.example.com", ...offers]);
    if (code !== 250) return;
    this.#offered = new Set(offers.flatMap((offer) => offer.toUpperCase().split(" ")));
    this.record.byBdat = this.#byBdat && this.#offered.has("CHUNKING");
  }

  #authenticate(mechanism: string, initial?: string): void {
    if (!this.#secure && !this.#loopback) this.#fault(`AUTH ${mechanism} in the clear`);
    if (!this.#offered.has(mechanism)) return this.#fault(`AUTH ${mechanism} was not offered`);
    const { first, next } = beginExchange(this.#login, mechanism, this.#random);
    const { secret } = this.#login;
    this.voice.secrets.push(text(new TextEncoder().encode(secret)), base64(secret));
    this.#exchange = next;
    if (initial === undefined) this.#challenge(first);
    else this.#hearResponse(initial);
  }

  #challenge(challenge: string): void {
    if (this.voice.fails()) {
      // One challenge after the other, or no base64.
      if (this.#random.chance(0.5)) this.#exchange = () => ({ challenge: "again" });
      else return void this.voice.say(334, [this.#random.pick("?", "=", this.voice.text())]);
    }
    if (this.voice.answer(334, [base64(challenge)]).code !== 334) this.#exchange = undefined;
  }

  #hearResponse(line: string): void {
    if (line === "*") {
      this.#exchange = undefined;
      return void this.voice.answer(501);
    }
    this.voice.secrets.push(line);
    let turn: ReturnType<Exchange>;
    try {
      turn = this.#exchange!(new TextDecoder().decode(Uint8Array.fromBase64(line === "=" ? "" : line)));
    } catch (error) {
      this.#fault(`no response of AUTH: ${line} (${error})`);
      turn = { taken: false };
    }
    if ("challenge" in turn) return this.#challenge(turn.challenge);
    const said = this.voice.answer(turn.taken ? 235 : this.#random.pick(535, 535, 534, 530, 454, 504));
    if (said.code !== 334) this.#exchange = undefined;
  }

  #mail(sender: string): void {
    if (this.#current) this.#fault("MAIL in the middle of a transaction");
    const mail = this.voice.answer(250);
    const one: Transaction = {
      sender,
      mail,
      recipients: new Map(),
      refusals: [],
      content: "",
      complete: false,
    };
    this.record.transactions.push(one);
    this.#current = takes(mail) ? one : undefined;
  }

  #rcpt(recipient: string): void {
    if (!this.#current) return void this.voice.say(503);
    const odd = this.#random.chance(0.15);
    const code = odd ? this.#random.pick(450, 452, 550, 551, 552, 251, 252) : 250;
    const text = code === 452 && this.#random.chance(0.7) ? "4.5.3 Too many recipients" : this.voice.text();
    this.#current.recipients.set(recipient, this.voice.answer(code, [text]));
  }

  /** Whether there is anybody to deliver to. */
  get #somebody(): boolean {
    return this.#current !== undefined && [...this.#current.recipients.values()].some(takes);
  }

  #data(): void {
    // One without recipients may say 354 all the same. RFC 2920 section 3.1.
    const go = this.#somebody || (this.#current && this.#random.chance(0.3));
    const said = go ? this.voice.answer(354) : this.voice.say(this.#random.pick(503, 554));
    this.#current?.refusals.push(said);
    if (said.code === 354) this.#content = { kind: "data" };
  }

  #hearData(): boolean {
    const one = this.#current!;
    // The line end before 354 is one too, should the content be empty.
    const dot = `\r\n${this.#in}`.indexOf("\r\n.\r\n");
    if (this.#content!.kind === "data" && this.voice.fails()) this.#interrupt(one);
    if (this.voice.gone || dot < 0) return false;
    const stuffed = this.#in.slice(0, dot);
    this.#in = this.#in.slice(dot + 3);
    const drained = this.#content!.kind === "drain";
    this.#content = undefined;
    this.record.log.push(`C: (${stuffed.length} octets)`, "C: .");
    if (drained) return true;
    one.content = stuffed.replace(/^\./gm, "");
    this.#finish();
    return true;
  }

  /** Does not wait for the end of the content. */
  #interrupt(one: Transaction): void {
    const how = this.#random.weighted({ refuse: 2, close: 1, reset: 1, deaf: 1 });
    if (how === "close" || how === "reset") return this.voice.end(how);
    if (how === "deaf") return void (this.voice.deaf = true);
    one.refusals.push(this.voice.say(this.#random.pick(451, 452, 552, 554, 421)));
    this.#content = { kind: "drain" };
    const next = this.#random.pick("drain", "close", "deaf");
    if (next === "close") this.voice.end(next);
    this.voice.deaf = next === "deaf";
  }

  #hearChunk(chunk: { kind: "bdat"; left: number; last: boolean }): boolean {
    const octets = this.#in.slice(0, chunk.left);
    this.#in = this.#in.slice(octets.length);
    chunk.left -= octets.length;
    if (this.#current) this.#current.content += octets;
    if (chunk.left > 0) return false;
    this.#content = undefined;
    this.#nothingBehind("a chunk", true);
    this.record.log.push(`C: (to the end of a chunk${chunk.last ? ", the last" : ""})`);
    const one = this.#current;
    if (!one || !this.#somebody || one.refusals.some((said) => said.code >= 400)) this.voice.say(503);
    else if (chunk.last) this.#finish();
    else one.refusals.push(this.voice.answer(250));
    return true;
  }

  /** The whole content is here. */
  #finish(): void {
    const one = this.#current!;
    this.#current = undefined;
    one.complete = true;
    one.final = this.voice.answer(this.#somebodyIn(one) ? 250 : 554, [`2.0.0 Ok: queued as ${one.sender}`]);
  }

  #somebodyIn(one: Transaction): boolean {
    return [...one.recipients.values()].some(takes);
  }

  #reset(): void {
    this.#current = undefined;
    this.voice.answer(250);
  }

  #leave(): void {
    this.voice.answer(221);
    this.voice.end("close");
  }

  /** Only with PIPELINING may something follow before the answer, and not behind every command. RFC 2920 section 3.1. */
  #nothingBehind(what: string, groups: boolean): void {
    if (this.#in === "" || (groups && this.#offered.has("PIPELINING"))) return;
    this.#fault(`something was sent behind ${what} before it was answered`);
  }

  #fault(what: string): void {
    if (!this.record.lied && !this.record.outOfStep) this.record.faults.push(what);
  }
}

/**
 * Holds the plan of the house: who may import whom, how long a file may be, what the top level holds.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** Each room with the rooms, files and packages that it may import; everything else is refused. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "lib/errors.ts": [],
  "lib/wire": ["lib/errors.ts"],
  "lib/sasl": ["lib/errors.ts", "@std/encoding"],
  "lib/message": ["lib/errors.ts", "@std/encoding"],
  "lib/dkim": ["lib/errors.ts", "lib/message/content.ts", "@std/encoding"],
  "lib/advice": ["lib/errors.ts"],
  "lib/stages": [
    "lib/wire",
    "lib/sasl",
    "lib/advice",
    "lib/errors.ts",
    "lib/message/content.ts",
    "@std/encoding",
  ],
  "lib/plugins": [
    "lib/stages",
    "lib/dkim",
    "lib/errors.ts",
    "lib/message/content.ts",
    "lib/wire/transcript.ts",
  ],
  // A server that upgrades to TLS in mid-session is to be had from node:tls alone.
  "lib/testing": ["lib/wire", "lib/stages", "lib/errors.ts", "node:net", "node:tls"],
  // Above the plugins, because a transport puts time limits around the stages unasked.
  "lib/transport": ["lib/stages", "lib/plugins", "lib/message", "lib/errors.ts", "lib/wire/death.ts"],
  "lib/catcher": ["lib/errors.ts", "npm:"],
  "lib/cli": ["mod.ts", "lib/catcher", "lib/advice", "lib/message/lint", "@std/cli", "@std/dotenv", "npm:"],
  "mod.ts": [
    "lib/errors.ts",
    "lib/wire",
    "lib/sasl",
    "lib/message",
    "lib/dkim",
    "lib/stages",
    "lib/plugins",
    "lib/transport",
  ],
  "cli.ts": ["lib/cli"],
};

/** What only the catcher and the command line may bring from npm. */
const NPM = [
  "@peculiar/x509",
  "html-to-text",
  "marked",
  "mime",
  "postal-mime",
  "reflect-metadata",
  "smtp-server",
];

const TOP_LEVEL = /^(?:mod\.ts|cli\.ts|lib|tests|deno\.json|README\.md|LICENSE|CHANGELOG\.md|\..*)$/;

/** What the tools make there, and git ignores. */
const MADE = ["node_modules", "stagecoach"];

/** Most lines of a file of the library, and of a test. */
const MAX_LINES = 250;
const MAX_TEST_LINES = 400;

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

async function sources(folder: string): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = folder + entry.name;
    if (entry.isDirectory) found.push(...await sources(`${path}/`));
    else if (path.endsWith(".ts")) found.push({ path, text: await Deno.readTextFile(new URL(path, ROOT)) });
  }
  return found;
}

async function library(): Promise<SourceFile[]> {
  const tops = ["mod.ts", "cli.ts"].map(async (path) => ({
    path,
    text: await Deno.readTextFile(new URL(path, ROOT)),
  }));
  return [...await sources("lib/"), ...await Promise.all(tops)];
}

/** The forms of an import: a statement (`1`: of types only), a bare one, a call. */
const STATEMENT = /^(?:import|export)(\s+type)?\b[^"';]*?\bfrom\s+"([^"]+)"/gm;
const BARE_OR_CALL = /(?:^import\s+|\bimport\(\s*)"([^"]+)"/gm;

/** What a file imports, as paths from the root or as bare names; doc comments left out. */
function imports({ path, text }: SourceFile, options: { types: boolean } = { types: true }): string[] {
  const code = text.replace(/\/\*[^]*?\*\//g, "");
  const statements = [...code.matchAll(STATEMENT)].filter(([, type]) => options.types || !type);
  const found = [
    ...statements.map((match) => match[2]),
    ...[...code.matchAll(BARE_OR_CALL)].map((match) => match[1]),
  ];
  return found.map((specifier) =>
    specifier.startsWith(".")
      ? new URL(specifier, new URL(path, ROOT)).href.slice(ROOT.href.length)
      : NPM.some((name) => specifier === name || specifier.startsWith(`${name}/`))
      ? "npm:" + specifier
      : specifier
  );
}

function roomOf(path: string): string {
  return Object.keys(ROOMS).find((room) => path === room || path.startsWith(`${room}/`)) ?? path;
}

Deno.test("every room imports only what its row allows", async () => {
  const trespasses: string[] = [];
  for (const file of await library()) {
    const room = roomOf(file.path);
    for (const imported of imports(file)) {
      if (roomOf(imported) === room) continue;
      const allowed = ROOMS[room]?.some((row) =>
        imported === row || imported.startsWith(`${row}/`) || (row === "npm:" && imported.startsWith(row))
      );
      // Two need what the platform's Web Crypto has not, MD5 and a hash of a stream; they load it when it is used.
      const hash = /^lib\/(?:sasl\/cram_md5|dkim\/\w+)\.ts$/.test(file.path) && imported === "node:crypto";
      if (!allowed && !hash) trespasses.push(`${file.path} imports ${imported}`);
    }
  }
  assertEquals(trespasses, []);
});

Deno.test("no file imports itself by way of others", async () => {
  const graph = new Map((await library()).map((file) => [file.path, imports(file, { types: false })]));
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(path)) return [...trail, path].join(" -> ");
    if (done.has(path)) return undefined;
    for (const next of graph.get(path) ?? []) {
      const cycle = walk(next, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
  };
  assertEquals([...graph.keys()].map((path) => walk(path, [])).filter(Boolean), []);
});

Deno.test("no file is longer than one can read", async () => {
  const files = [...await library(), ...await sources("tests/")];
  const long = files.filter(({ path, text }) =>
    text.split("\n").length - 1 > (path.startsWith("tests/") ? MAX_TEST_LINES : MAX_LINES)
  );
  assertEquals(long.map((file) => file.path), []);
});

Deno.test("the library reads no environment, no arguments and no files, and prints nothing", async () => {
  const files = (await library()).filter(({ path }) =>
    path.startsWith("lib/") && !path.startsWith("lib/cli/")
  );
  const forbidden = /\bconsole\.|\bDeno\.(?:env|args|exit|stdin|stdout|stderr|open|read|write)|\bprompt\(/;
  const found = files.filter(({ text }) => forbidden.test(text.replace(/\/\*[^]*?\*\/|\/\/.*/g, "")));
  assertEquals(found.map((file) => file.path), []);
});

Deno.test("the top level holds what the plan names", async () => {
  const names = await Array.fromAsync(Deno.readDir(ROOT), (entry) => entry.name);
  assertEquals(names.filter((name) => !TOP_LEVEL.test(name) && !MADE.includes(name)), []);
});

Deno.test("a send loads few modules, and none of npm or node", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "lib/cli/send.ts"],
    cwd: ROOT,
    stderr: "null",
  }).output();
  assertEquals(code, 0);
  const info: {
    modules: { specifier: string; dependencies?: { isDynamic?: boolean; code?: { specifier: string } }[] }[];
  } = JSON.parse(new TextDecoder().decode(stdout));
  const graph = new Map(info.modules.map((module) => [module.specifier, module.dependencies ?? []]));
  const loaded = new Set<string>();
  const load = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { isDynamic, code } of graph.get(specifier) ?? []) {
      if (!isDynamic && code) load(code.specifier);
    }
  };
  load(new URL("cli.ts", ROOT).href);
  load(new URL("lib/cli/send.ts", ROOT).href);
  assertEquals([...loaded].filter((specifier) => /^(?:npm|node):/.test(specifier)), []);
  const advice = [...loaded].filter((specifier) =>
    specifier.includes("/lib/advice/") || specifier.includes("/catcher/")
  );
  assertEquals(advice, []);
});

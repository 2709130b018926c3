#!/usr/bin/env -S deno run --allow-net --allow-env --allow-read --allow-write
/**
 * The command line: `stagecoach help` says what it can do.
 *
 * @module
 */

import { main } from "./lib/cli/main.ts";

Deno.exit(await main(Deno.args));

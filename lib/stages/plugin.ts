/**
 * Swapping and wrapping stages. A plugin takes the seven stages and gives back seven stages; that is the whole contract.
 *
 * @module
 */

import { type Stage, STAGE_NAMES, type StageName, type Stages } from "./stage.ts";

/** Takes the seven stages and gives back seven stages. */
export type Plugin = (stages: Stages) => Stages;

/**
 * Wraps any stage in another of the same type. It may call `next` never, once or again, and must give what `next`
 * gives: it knows no other way to make one.
 */
export type Middleware = <In, Out>(next: Stage<In, Out>, name: StageName) => Stage<In, Out>;

/**
 * Replaces stages.
 *
 * @example A policy check in place of the envelope stage's own.
 * ```ts
 * import { assert } from "@std/assert";
 * import { data, defaultStages, extend, swap } from "@stagecoach/smtp";
 *
 * const stages = extend(defaultStages(), swap({ data: data({ chunking: true }) }));
 * assert(typeof stages.data === "function");
 * ```
 *
 * @param stages The new stages, by name.
 * @returns A plugin that puts them in.
 */
export function swap(stages: Partial<Stages>): Plugin {
  return (before) => ({ ...before, ...stages });
}

/**
 * Wraps one stage.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { defaultStages, extend, only } from "@stagecoach/smtp";
 *
 * const counted = { messages: 0 };
 * const stages = extend(
 *   defaultStages(),
 *   only("data", (next) => (addressed, cx) => {
 *     counted.messages++;
 *     return next(addressed, cx);
 *   }),
 * );
 * assert(stages.data !== defaultStages().data);
 * ```
 *
 * @param name The stage.
 * @param wrap Gets the stage and gives one of the same type.
 * @returns A plugin that wraps it.
 */
export function only<Name extends StageName>(
  name: Name,
  wrap: (next: Stages[Name], name: Name) => Stages[Name],
): Plugin {
  return (stages) => ({ ...stages, [name]: wrap(stages[name], name) });
}

/**
 * Wraps every stage.
 *
 * @param wrap The wrapper, the same for all seven.
 * @returns A plugin that wraps them.
 */
export function each(wrap: Middleware): Plugin {
  return (stages) => {
    const wrapped = STAGE_NAMES.map((name) => [name, wrap(stages[name] as Stage<unknown, unknown>, name)]);
    return Object.fromEntries(wrapped);
  };
}

/**
 * Applies plugins in order; the last listed is outermost.
 *
 * @param stages What to start from.
 * @param plugins The plugins.
 * @returns The stages that come out.
 */
export function extend(stages: Stages, ...plugins: readonly Plugin[]): Stages {
  return plugins.reduce((before, plugin) => plugin(before), stages);
}

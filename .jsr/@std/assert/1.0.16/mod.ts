import nodeAssert from "node:assert";
import { inspect, isDeepStrictEqual } from "node:util";

// deno-lint-ignore no-explicit-any -- a constructor of any arguments is what the real functions take too
type Class<T> = abstract new (...args: any[]) => T;

/** What every assertion throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

function refuse(what: string, message?: string): never {
  throw new AssertionError(message ? `${what}: ${message}` : what);
}

/** Refuses a value that is not truthy. */
export function assert(value: unknown, message?: string): asserts value {
  if (!value) refuse("Expected a truthy value", message);
}

/** Refuses a value that is not falsy. */
export function assertFalse(value: unknown, message?: string): void {
  if (value) refuse("Expected a falsy value", message);
}

/** Refuses `undefined` and `null`. */
export function assertExists<T>(value: T, message?: string): asserts value is NonNullable<T> {
  if (value === undefined || value === null) refuse(`Expected a value, found ${value}`, message);
}

/** Refuses two values that are not the same in depth. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  try {
    nodeAssert.deepStrictEqual(actual, expected);
  } catch (error) {
    refuse((error as Error).message, message);
  }
  refuse(`Values differ: ${inspect(actual)} and ${inspect(expected)}`, message);
}

/** Refuses two values that are the same in depth. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  if (isDeepStrictEqual(actual, expected)) refuse(`Expected anything but ${inspect(expected)}`, message);
}

/** Refuses two values of which `Object.is` says no. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T {
  if (!Object.is(actual, expected)) refuse(`${inspect(actual)} is not ${inspect(expected)}`, message);
}

/** Refuses a text without the other. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) {
    refuse(`Expected ${inspect(actual)} to contain ${inspect(expected)}`, message);
  }
}

/** Refuses a text that the pattern does not find itself in. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (!expected.test(actual)) refuse(`Expected ${inspect(actual)} to match ${expected}`, message);
}

/** Refuses a text that the pattern finds itself in. */
export function assertNotMatch(actual: string, expected: RegExp, message?: string): void {
  if (expected.test(actual)) refuse(`Expected ${inspect(actual)} not to match ${expected}`, message);
}

/** Refuses a number that is not greater than the other. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  if (!(actual > expected)) refuse(`Expected ${inspect(actual)} > ${inspect(expected)}`, message);
}

/** Refuses a value of another class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expected: Class<T>,
  message?: string,
): asserts actual is T {
  if (!(actual instanceof expected)) refuse(`Expected ${inspect(actual)} to be a ${expected.name}`, message);
}

function checked<E extends Error>(error: unknown, kind?: Class<E>, part?: string, message?: string): E {
  if (!(error instanceof Error)) refuse(`Expected an Error, found ${inspect(error)}`, message);
  if (kind) assertInstanceOf(error, kind, message);
  if (part !== undefined) assertStringIncludes(error.message, part, message);
  return error as E;
}

/** Refuses a function that does not throw the given error. */
export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  kind?: Class<E>,
  part?: string,
  message?: string,
): E {
  try {
    run();
  } catch (error) {
    return checked(error, kind, part, message);
  }
  refuse("Expected a throw", message);
}

/** Refuses a promise that does not reject with the given error. */
export async function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  kind?: Class<E>,
  part?: string,
  message?: string,
): Promise<E> {
  try {
    await run();
  } catch (error) {
    return checked(error, kind, part, message);
  }
  refuse("Expected a rejection", message);
}

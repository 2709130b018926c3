import { textFault } from "./text.ts";

/**
 * Makes the error for a field of a message.
 *
 * @param found What was found, the field's name first.
 * @returns The error, to be thrown.
 */
export function fault(found: string): TypeError {
  return new TypeError(`Cannot compose message: ${found}`);
}

/**
 * Checks a text that is to stand in a header.
 *
 * @param text The text.
 * @param field The field that it was given in.
 * @returns The same.
 * @throws {TypeError} If it is no string, or holds a control character.
 */
export function checkText(text: string, field: string): string {
  if (typeof text !== "string") throw fault(`field "${field}" is no string`);
  const found = textFault(text);
  if (found !== undefined) throw fault(`field "${field}" contains ${found}`);
  return text;
}

/**
 * Checks a date.
 *
 * @param date The date; the present time when it is left out.
 * @param field The field that it was given in.
 * @returns The date.
 * @throws {TypeError} If it is no Date.
 */
export function checkDate(date: Date = new Date(), field = "date"): Date {
  if (date instanceof Date) return date;
  throw fault(`field "${field}" is no Date`);
}

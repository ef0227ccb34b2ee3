import { refined } from './refined'

const number = (name: string, holds: (n: number) => boolean) => refined(name, (u): u is number => typeof u === 'number' && holds(u))

/** A safe integer. */
export const whole = number('an integer', Number.isSafeInteger)

/** A safe integer from 0 on. */
export const nonNegativeInteger = number('an integer >= 0', (n) => Number.isSafeInteger(n) && n >= 0)

/** A safe integer from 1 on. */
export const positiveInteger = number('an integer >= 1', (n) => Number.isSafeInteger(n) && n >= 1)

/** A finite number. */
export const finite = number('a number', Number.isFinite)

/** A finite number from 0 on. */
export const nonNegative = number('a number >= 0', (n) => Number.isFinite(n) && n >= 0)

/** A finite number above 0. */
export const positive = number('a number > 0', (n) => Number.isFinite(n) && n > 0)

/** A part of a whole, and not in percent. */
export const part = number('a part above 0 and at most 1, such as 0.75', (n) => n > 0 && n <= 1)

/** A number from 0 to 1. */
export const fraction = number('a number from 0 to 1', (n) => n >= 0 && n <= 1)

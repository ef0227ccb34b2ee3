"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.withoutTimes = void 0;
const dataKey_1 = require("./dataKey");
/**
 * The entries of a journal as text, without what only time decides (what clocks show, and until when a timer runs), at the numbers of choices that they come with:
 * `tick` is the time between two choices. The first entry, which says what world it is, is left out.
 */
const withoutTimes = (journal, tick) => journal.flatMap((entry) => (entry.type === 'began' ? [] : [`${entry.at / tick} ${numberOf(entry)} ${(0, dataKey_1.dataKey)(timeless(entry))}`]));
exports.withoutTimes = withoutTimes;
const TIMES = new Set(['at', 'guestNs', 'clockNs', 'afterNs']);
const timeless = (value) => {
    if (typeof value !== 'object' || value === null)
        return value;
    if (Array.isArray(value))
        return value.map(timeless);
    if (Object.getPrototypeOf(value) !== Object.prototype)
        return value;
    if ('type' in value && (value.type === 'PageSet' || value.type === 'PageSequence'))
        return value;
    return Object.fromEntries(Object.entries(value).flatMap(([name, of]) => (TIMES.has(name) ? [] : [[name, timeless(of)]])));
};
const numberOf = (entry) => {
    if (entry.type === 'commanded')
        return entry.command.to.n;
    return entry.type === 'signalled' && 'to' in entry.signal ? entry.signal.to.n : undefined;
};

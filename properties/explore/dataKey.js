"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.dataKey = void 0;
const pageSequence_1 = require("../../lib/memory/pageSequence");
const pageSet_1 = require("../../lib/memory/pageSet");
/**
 * Data as text: equal data, equal text, and different data, different text; the order of a record's fields does not matter, nor whether an undefined one is there. What
 * numbers a request (`n` of its address) is left out, because it only names. Throws `RangeError` for a function: a phase that keeps one in its data cannot be told
 * from another.
 */
const dataKey = (data) => {
    switch (typeof data) {
        case 'undefined':
            return 'u';
        case 'boolean':
            return data ? 't' : 'f';
        case 'number':
            return Object.is(data, -0) ? '-0' : String(data);
        case 'string':
            return JSON.stringify(data);
        case 'object':
            return data === null ? 'n' : objectKey(data);
        default:
            throw new RangeError(`dataKey: data must be plain values and page sets (got a ${typeof data})`);
    }
};
exports.dataKey = dataKey;
const objectKey = (data) => {
    if ((0, pageSet_1.isPageSet)(data))
        return `P${data.size}:${(0, pageSet_1.toArray)(data).join()}`;
    if ((0, pageSequence_1.isPageSequence)(data))
        return `S${(0, pageSequence_1.toArray)(data).join()}`;
    if (Array.isArray(data))
        return `[${data.map(exports.dataKey).join()}]`;
    if (ArrayBuffer.isView(data))
        return `A${[...data].join()}`;
    if (data instanceof Map || data instanceof Set)
        throw new RangeError('dataKey: data must be plain values and page sets (got a map or a set)');
    const fields = [];
    for (const name of Object.keys(data).sort()) {
        const value = data[name];
        if (value === undefined || (name === 'n' && 'lane' in data))
            continue;
        fields.push(`${name}=${(0, exports.dataKey)(value)}`);
    }
    return `{${fields.join()}}`;
};

"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.numbering = void 0;
/** See `Numbering`. */
const numbering = () => {
    const numbers = new Map();
    return (text) => {
        const known = numbers.get(text);
        if (known !== undefined)
            return known;
        numbers.set(text, numbers.size + 1);
        return numbers.size;
    };
};
exports.numbering = numbering;

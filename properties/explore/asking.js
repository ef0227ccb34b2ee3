"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.asking = void 0;
/** See `Asking`. */
const asking = () => {
    let answers = [];
    let count = 0;
    return {
        choose: () => answers[count++] ?? false,
        answer: (next) => {
            answers = next;
            count = 0;
        },
        count: () => count
    };
};
exports.asking = asking;

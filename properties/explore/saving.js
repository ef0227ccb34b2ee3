"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.saving = void 0;
const words_1 = require("../../lib/memory/words");
const dataKey_1 = require("./dataKey");
/**
 * Puts away what a conduct and its hosts are, and makes them what they were: bitmaps and contents by their words, all else by value. A state is then a text of some
 * hundred bytes, where a copy of the hosts is some twenty objects. Law: after `load(saved)`, `save().number` is `saved.number`.
 */
const saving = (conduct, numbered) => {
    const h = conduct.hosts;
    const ofHosts = fieldsOf(h, ['setting', 'pages', 'exact']);
    const bitmaps = ofHosts.filter(([of, name]) => isBitmap(of[name])).map(([of, name]) => of[name]);
    const others = [
        ...ofHosts.filter(([of, name]) => !isBitmap(of[name])),
        ...fieldsOf(conduct, ['migration', 'guest', 'settlement', 'hosts'])
    ];
    const first = others.map(([of, name]) => of[name]);
    const buffer = [];
    const add = (words) => {
        for (let i = 0; i < words.length; i++)
            buffer.push(words[i] & 0xffff, words[i] >>> 16);
    };
    return {
        save: () => {
            buffer.length = 0;
            for (const b of bitmaps)
                add(b.words);
            if (h.exact !== undefined) {
                add(h.exact.source.words);
                add(h.exact.target.words);
            }
            const words = String.fromCharCode(...buffer);
            let key = words;
            const rest = others.map(([of, name], i) => {
                const value = of[name];
                if (value !== first[i] || isKernel(value))
                    key += `;${i}${isKernel(value) ? value.key() : (0, dataKey_1.dataKey)(value)}`;
                return isKernel(value) ? value.copy() : value;
            });
            return { number: numbered(key), words, rest };
        },
        load: ({ words, rest }) => {
            let at = 0;
            const word = () => words.charCodeAt(at++) | (words.charCodeAt(at++) << 16);
            for (const b of bitmaps) {
                let count = 0;
                for (let i = 0; i < b.words.length; i++) {
                    const w = word();
                    b.words[i] = w;
                    count += (0, words_1.bitsIn)(w);
                }
                b.count = count;
            }
            if (h.exact !== undefined)
                for (const { words: content } of [h.exact.source, h.exact.target])
                    for (let i = 0; i < content.length; i++)
                        content[i] = word();
            for (let i = 0; i < others.length; i++) {
                const [of, name] = others[i];
                const value = rest[i];
                of[name] = isKernel(value) ? value.copy() : value;
            }
        }
    };
};
exports.saving = saving;
const fieldsOf = (of, unchanging) => Object.keys(of)
    .filter((name) => !unchanging.includes(name))
    .map((name) => [of, name]);
const isBitmap = (value) => typeof value === 'object' && value !== null && 'count' in value && 'words' in value && value.words instanceof Int32Array;
const isKernel = (value) => typeof value === 'object' && value !== null && 'copy' in value && typeof value.copy === 'function' && 'key' in value;

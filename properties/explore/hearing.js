"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.hearing = exports.begun = exports.phaseNumber = void 0;
const pipeline_1 = require("../../lib/protocol/pipeline");
const dataKey_1 = require("./dataKey");
/** A signal as text, without its time and without what only names it; written out for speed, because each is heard many times. */
const signalKey = (signal) => {
    let text = 'to' in signal ? `${signal.type} ${signal.to.lane} ${signal.to.tag}` : signal.type;
    for (const name in signal) {
        if (name === 'type' || name === 'to' || name === 'migration')
            continue;
        const value = signal[name];
        text += typeof value === 'number' ? ` ${value}` : ` ${(0, dataKey_1.dataKey)(value)}`;
    }
    return text;
};
/** The number of a phase by its name and data, which hold all that can influence its future. */
const phaseNumber = (phase, numbered) => phase.type === 'done' ? 0 : numbered(`${phase.name} ${(0, dataKey_1.dataKey)(phase.data)}`);
exports.phaseNumber = phaseNumber;
/** A pipeline's first step. */
const begun = (migration, step, numbered) => {
    const [carrier, commands] = (0, pipeline_1.begin)(migration, step);
    return { carrier, phase: (0, exports.phaseNumber)(carrier.phase, numbered), commands };
};
exports.begun = begun;
/**
 * A pipeline that is asked once only: a phase is pure, so that what it made of a signal it makes of it again, wherever that is. Steps in which it has made a choice of
 * its own (`asked` counts them) are taken anew each time.
 */
const hearing = (migration, numbered, asked) => {
    const known = new Map();
    return ({ phase, n }, number, signal) => {
        if (phase.type === 'done')
            return undefined;
        let ofPhase = known.get(number);
        if (ofPhase === undefined) {
            ofPhase = new Map();
            known.set(number, ofPhase);
        }
        const text = signalKey(signal);
        let next = ofPhase.get(text);
        if (next === undefined) {
            const before = asked();
            const step = phase.on(signal);
            next = step === undefined ? 'nobody' : { phase: step.phase, number: (0, exports.phaseNumber)(step.phase, numbered), requests: step.requests };
            if (asked() === before)
                ofPhase.set(text, next);
        }
        if (next === 'nobody')
            return undefined;
        const commands = next.requests.map(({ order, lane, tag }, i) => ({ order, to: { migration, lane, tag, n: n + i } }));
        return { carrier: { phase: next.phase, n: n + commands.length }, phase: next.number, commands };
    };
};
exports.hearing = hearing;

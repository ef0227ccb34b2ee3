"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.walk = void 0;
const asking_1 = require("./asking");
const choices_1 = require("./choices");
const hearing_1 = require("./hearing");
const judge_1 = require("./judge");
const numbering_1 = require("./numbering");
const scope_1 = require("./scope");
const state_1 = require("./state");
const stepping_1 = require("./stepping");
/**
 * A walk from the first state. The times of its journal are the numbers of choices; the pipeline is told 0, as in the exploration. `take` throws `RangeError` for what is not
 * possible where it stands.
 */
const walk = (pipeline, scope = {}, { throttled } = {}) => {
    const view = (0, scope_1.viewOf)(scope);
    const chances = (0, scope_1.chancesOf)(scope);
    const numbered = (0, numbering_1.numbering)();
    const asked = (0, asking_1.asking)();
    const [state, saving] = (0, scope_1.firstState)(scope, numbered);
    const journal = [
        { type: 'began', at: 0, version: 1, seed: 'explored', guests: { [scope_1.MIGRATION]: view }, world: { world: 'explored', pages: view.pages } }
    ];
    let taken = 0;
    let wrong;
    const steps = (0, stepping_1.stepping)({
        migration: scope_1.MIGRATION,
        saving,
        hearing: (0, hearing_1.hearing)(scope_1.MIGRATION, numbered, asked.count),
        witness: (entry, on) => {
            journal.push(stamped(entry, taken));
            wrong ??= (0, judge_1.judge)(entry, on);
        },
        throttled
    });
    const answered = (said) => Array.from({ length: asked.count() }, (_, i) => said[i] ?? false);
    asked.answer([]);
    steps.begin(state, (0, hearing_1.begun)(scope_1.MIGRATION, (0, scope_1.pipelineOf)(pipeline, asked.choose)(view), numbered));
    return {
        state,
        journal,
        wrong: () => wrong,
        said: answered([]),
        choices: () => {
            steps.enter(state);
            return (0, choices_1.choices)(state, chances);
        },
        key: () => (0, state_1.keyOf)(state, numbered),
        take: (choice) => {
            const { said = [], ...act } = choice;
            steps.enter(state);
            if (!(0, choices_1.choices)(state, chances).some((one) => JSON.stringify(one) === JSON.stringify(act)))
                throw new RangeError(`walk: choice ${taken} must be possible where it stands (got ${JSON.stringify(choice)})`);
            taken++;
            asked.answer(said);
            steps.take(state, choice, 0);
            return answered(said);
        }
    };
};
exports.walk = walk;
const stamped = (entry, at) => entry.type === 'signalled' ? { ...entry, at, signal: { ...entry.signal, at } } : { ...entry, at };

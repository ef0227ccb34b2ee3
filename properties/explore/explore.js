"use strict";
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    var desc = Object.getOwnPropertyDescriptor(m, k);
    if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
      desc = { enumerable: true, get: function() { return m[k]; } };
    }
    Object.defineProperty(o, k2, desc);
}) : (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    o[k2] = m[k];
}));
var __setModuleDefault = (this && this.__setModuleDefault) || (Object.create ? (function(o, v) {
    Object.defineProperty(o, "default", { enumerable: true, value: v });
}) : function(o, v) {
    o["default"] = v;
});
var __importStar = (this && this.__importStar) || (function () {
    var ownKeys = function(o) {
        ownKeys = Object.getOwnPropertyNames || function (o) {
            var ar = [];
            for (var k in o) if (Object.prototype.hasOwnProperty.call(o, k)) ar[ar.length] = k;
            return ar;
        };
        return ownKeys(o);
    };
    return function (mod) {
        if (mod && mod.__esModule) return mod;
        var result = {};
        if (mod != null) for (var k = ownKeys(mod), i = 0; i < k.length; i++) if (k[i] !== "default") __createBinding(result, mod, k[i]);
        __setModuleDefault(result, mod);
        return result;
    };
})();
Object.defineProperty(exports, "__esModule", { value: true });
exports.explore = void 0;
exports.exploring = exploring;
const E = __importStar(require("fp-ts/lib/Either"));
const fold_1 = require("../../lib/stream/fold");
const invariants_1 = require("../invariants/invariants");
const watcher_1 = require("../invariants/watcher");
const asking_1 = require("./asking");
const choices_1 = require("./choices");
const hearing_1 = require("./hearing");
const journalOfPath_1 = require("./journalOfPath");
const judge_1 = require("./judge");
const numbering_1 = require("./numbering");
const scope_1 = require("./scope");
const state_1 = require("./state");
const stepping_1 = require("./stepping");
const walk_1 = require("./walk");
/**
 * Explores every interleaving of a small migration, breadth first: of the guest's reads and writes, pages leaving and arriving, answers, notices, faults and
 * mending, in the untimed world that the simulated data centre gives times to. States that have been seen are not gone on from again. Ends with the shortest
 * violation, or with how much was seen: `left` when something is wrong.
 *
 *     explore(precopy({ until: stopRule.roundsAtMost(2) }), { pages: 3, writes: 4, faults: 1 })
 *
 * Besides what `judge` finds at an entry, every state must have a way to an end (`ends`), and the shortest ways to the ends are judged whole, by the invariants of journals that
 * look at no clock. Cost: about 20 us a state of 3 pages, and some 500 bytes for each.
 */
const explore = (pipeline, options = {}) => {
    const { progress } = options;
    const steps = exploring(pipeline, options);
    for (;;) {
        const next = steps.next();
        if (next.done === true)
            return next.value;
        progress?.(next.value);
    }
};
exports.explore = explore;
/** The same in slices: says how far it is about every 5,000 transitions, for whoever has other things to do between them. */
function* exploring(pipeline, options = {}) {
    const { maxStates = 5_000_000, judgedEnds = 200 } = options;
    const chances = (0, scope_1.chancesOf)(options);
    const asked = (0, asking_1.asking)();
    let wrong;
    const numbered = (0, numbering_1.numbering)();
    const [first, saved] = (0, scope_1.firstState)(options, numbered);
    const steps = (0, stepping_1.stepping)({
        migration: scope_1.MIGRATION,
        saving: saved,
        hearing: (0, hearing_1.hearing)(scope_1.MIGRATION, numbered, asked.count),
        witness: (entry, state) => {
            wrong ??= (0, judge_1.judge)(entry, state);
        }
    });
    const seen = new Map();
    const from = [-1];
    const by = [undefined];
    const edges = [];
    const ended = [];
    let transitions = 0;
    const found = (to, choice, what, depth) => {
        const path = [...pathTo(to, from, by), ...(choice === undefined ? [] : [choice])];
        return E.left({ ...what, states: seen.size, transitions, depth, path, journal: (0, journalOfPath_1.journalOfPath)(pipeline, path, options) });
    };
    const walked = (path) => {
        const along = (0, walk_1.walk)(pipeline, options);
        for (const choice of path)
            along.take(choice);
        return along.journal;
    };
    asked.answer([]);
    steps.begin(first, (0, hearing_1.begun)(scope_1.MIGRATION, (0, scope_1.pipelineOf)(pipeline, asked.choose)((0, scope_1.viewOf)(options)), numbered));
    seen.set((0, state_1.keyOf)(first, numbered), 0);
    if (wrong !== undefined)
        return found(0, undefined, wrong, 0);
    let frontier = [first];
    let numbers = [0];
    let depth = 0;
    let complete = true;
    while (frontier.length > 0) {
        const next = [];
        const nextNumbers = [];
        for (let i = 0; i < frontier.length; i++) {
            const state = frontier[i];
            const number = numbers[i];
            if (state.outcome !== undefined) {
                if (ended.push(number) > judgedEnds)
                    continue;
                const broken = wrongOnTheWay(walked(pathTo(number, from, by)));
                if (broken !== undefined)
                    return found(number, undefined, broken, depth);
                continue;
            }
            steps.enter(state);
            for (const choice of (0, choices_1.choices)(state, chances)) {
                const ways = [[]];
                for (let said = ways.pop(); said !== undefined; said = ways.pop()) {
                    const after = (0, state_1.copyOf)(state);
                    asked.answer(said);
                    steps.take(after, choice, 0);
                    if (++transitions % 5000 === 0)
                        yield { states: seen.size, waiting: frontier.length - i + next.length, depth };
                    const count = asked.count();
                    for (let more = said.length; more < count; more++)
                        ways.push([...said, ...Array(more - said.length).fill(false), true]);
                    const way = count === 0 ? choice : { ...choice, said: [...said, ...Array(count - said.length).fill(false)] };
                    if (wrong !== undefined)
                        return found(number, way, wrong, depth + 1);
                    const key = (0, state_1.keyOf)(after, numbered);
                    const known = seen.get(key);
                    if (known !== undefined) {
                        edges.push(number, known);
                        continue;
                    }
                    const fresh = seen.size;
                    seen.set(key, fresh);
                    edges.push(number, fresh);
                    from.push(number);
                    by.push(way);
                    next.push(after);
                    nextNumbers.push(fresh);
                }
            }
            if (seen.size >= maxStates) {
                complete = false;
                break;
            }
        }
        if (!complete)
            break;
        frontier = next;
        numbers = nextNumbers;
        if (next.length > 0)
            depth++;
    }
    const stuck = complete ? firstWithoutEnd(seen.size, edges, ended) : -1;
    if (stuck >= 0)
        return found(stuck, undefined, { invariant: 'ends', problem: 'from here the migration never ends, whatever happens' }, depth);
    return E.right({ states: seen.size, transitions, depth, complete });
}
/** Of a whole journal without times, what the invariants find that need neither clocks nor what a link is made of. */
const wrongOnTheWay = (journal) => {
    const all = (0, fold_1.runFold)(judgedByWay, journal);
    for (const { name } of ofWays)
        for (const { invariant, violation } of all)
            if (invariant === name)
                return { invariant, problem: violation.problem };
    return undefined;
};
const TIMED = new Set(['clockMonotone', 'downtimeWithinTotal', 'accounting', 'linkNotOverused', 'memoryNotOverused']);
const ofWays = invariants_1.invariants.filter(({ name }) => !TIMED.has(name));
const judgedByWay = (0, watcher_1.breaches)(ofWays);
const pathTo = (to, from, by) => {
    const path = [];
    for (let at = to; at > 0; at = from[at])
        path.push(by[at]);
    return path.reverse();
};
/** The first state from which no end can be reached, or -1. */
const firstWithoutEnd = (states, edges, ended) => {
    const heads = new Int32Array(states).fill(-1);
    const nexts = new Int32Array(edges.length / 2);
    for (let e = 0; e < nexts.length; e++) {
        const to = edges[2 * e + 1];
        nexts[e] = heads[to];
        heads[to] = e;
    }
    const ends = new Uint8Array(states);
    const reached = [...ended];
    for (const one of ended)
        ends[one] = 1;
    for (let state = reached.pop(); state !== undefined; state = reached.pop())
        for (let e = heads[state]; e >= 0; e = nexts[e]) {
            const before = edges[2 * e];
            if (ends[before] === 1)
                continue;
            ends[before] = 1;
            reached.push(before);
        }
    return ends.indexOf(0);
};

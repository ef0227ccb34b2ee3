"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.replayedJournal = exports.replayOf = exports.CHOICE_NS = void 0;
const guest_1 = require("../../lib/guest/guest");
const datacentre_1 = require("../../lib/world/datacentre");
const journalOf_1 = require("../journalOf");
const program_1 = require("./program");
const scope_1 = require("./scope");
const state_1 = require("./state");
const walk_1 = require("./walk");
/** Virtual time between two choices of a path that is run again. */
exports.CHOICE_NS = 1000;
/**
 * A path of an exploration as a run of the simulated data centre, choice i happening at `(i + 1) * CHOICE_NS`: the guest is given a program that makes its accesses then,
 * the link breaks and is mended then, and a timetable says when all else comes. Law: the journal of that run is the path's, but for times. Throws `RangeError` when a
 * choice is not possible where it stands.
 */
const replayOf = (pipeline, path, scope = {}) => {
    const plan = planOf(pipeline, path, scope);
    const { timetable, faults, accesses, said } = plan;
    const world = (0, datacentre_1.datacentre)({
        guests: { [scope_1.MIGRATION]: (0, guest_1.vm)({ ...(0, scope_1.guestOf)(scope), workload: (0, program_1.program)(scope.pages ?? 3, accesses) }) },
        link: scope_1.wire,
        fidelity: 'versions',
        batchPages: 1,
        faults,
        ...(scope.engine === undefined ? {} : { engine: scope.engine }),
        timetables: { [scope_1.MIGRATION]: timetable }
    });
    return {
        pipeline: (view) => {
            let next = 0;
            return (0, scope_1.pipelineOf)(pipeline, () => said[next++] ?? false)(view);
        },
        world,
        until: (path.length + 0.5) * exports.CHOICE_NS
    };
};
exports.replayOf = replayOf;
/** The journal of a path as the data centre gives it, up to its last choice. */
const replayedJournal = ({ pipeline, world, until }) => {
    const journal = (0, journalOf_1.journalOf)(pipeline, world, { until });
    const last = journal[journal.length - 1];
    return last.type === 'ended' && last.at === until ? journal.slice(0, -1) : journal;
};
exports.replayedJournal = replayedJournal;
/** What happens when, as the walk meets it. */
const planOf = (pipeline, path, scope) => {
    let speed = 1;
    const along = (0, walk_1.walk)(pipeline, scope, {
        throttled: (fraction) => {
            speed = 1 - fraction;
        }
    });
    const { state } = along;
    const errands = [];
    const pages = {};
    const notices = [];
    const faults = [];
    const accesses = [];
    const said = [...along.said];
    const carried = new Map();
    /** Notices on their way, by their places in the timetable. */
    let waiting = [];
    let guestNs = 0;
    const look = () => {
        for (const { name, leaving } of state.lanes) {
            if (leaving === undefined || carried.has(leaving))
                continue;
            const one = {};
            carried.set(leaving, one);
            pages[name] = [...(pages[name] ?? []), one];
        }
        if (state.notices.length === 0)
            waiting = [];
        while (waiting.length < state.notices.length)
            waiting.push(notices.push(null) - 1);
    };
    look();
    path.forEach((choice, i) => {
        const at = (i + 1) * exports.CHOICE_NS;
        const { atSource, atTarget } = state.conduct.hosts;
        if ((atSource || atTarget) && state.stalled === undefined)
            guestNs += atTarget ? exports.CHOICE_NS : Math.floor(exports.CHOICE_NS * speed);
        switch (choice.type) {
            case 'write':
            case 'read':
                accesses.push({ page: choice.page, write: choice.type === 'write', guestNs });
                break;
            case 'leave':
                carried.get(state.lanes.find(({ name }) => name === choice.lane).leaving).leaves = at;
                break;
            case 'arrive': {
                const [item] = state.lanes.find(({ name }) => name === choice.lane).flying;
                if (item.page !== state_1.MESSAGE)
                    carried.get(item).arrives = at;
                else
                    for (const one of state.owed)
                        if (one.type === 'errand' && one.errand.to.n === item.n)
                            errands.push({ n: item.n, leg: one.errand.leg, at });
                break;
            }
            case 'answer': {
                const one = state.owed[choice.owed];
                errands.push(one.type === 'barrier' ? { n: one.to.n, leg: 'back', at } : { n: one.errand.to.n, leg: one.errand.leg, at });
                break;
            }
            case 'notice':
                notices[waiting.shift()] = at;
                break;
            case 'fail':
                faults.push({ at, what: choice.what });
                break;
            case 'mend':
                faults.findLast(({ what }) => what === 'link').until = at;
                break;
        }
        said.push(...along.take(choice));
        look();
    });
    return { timetable: { errands, pages, notices }, faults, accesses, said, journal: along.journal };
};

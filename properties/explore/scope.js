"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.firstState = exports.wire = exports.guestOf = exports.viewOf = exports.chancesOf = exports.pipelineOf = exports.MIGRATION = void 0;
const dependency_1 = require("../../lib/guest/dependency");
const guest_1 = require("../../lib/guest/guest");
const hostCosts_1 = require("../../lib/guest/hostCosts");
const link_1 = require("../../lib/network/link");
const conduct_1 = require("../../lib/world/conduct");
const hosts_1 = require("../../lib/world/hosts");
const saving_1 = require("./saving");
/** The migration of an exploration, by name. */
exports.MIGRATION = 'guest';
/** The pipeline, its decisions asked of `choose`. */
const pipelineOf = (of, choose) => (typeof of === 'function' ? of : of.choosing(choose));
exports.pipelineOf = pipelineOf;
/** What chance may do besides. */
const chancesOf = ({ fail = ['link', 'source', 'target'], mend = true }) => ({ fail, mend });
exports.chancesOf = chancesOf;
/** The guest as its pipeline sees it. */
const viewOf = ({ pages = 3 }) => ({ name: exports.MIGRATION, pages, pageBytes: PAGE_BYTES });
exports.viewOf = viewOf;
const PAGE_BYTES = 64;
/** What both the explorer and the data centre are made of: the guest without its program, and the link. */
const guestOf = ({ pages = 3, guest }) => ({
    name: exports.MIGRATION,
    pages,
    pageBytes: PAGE_BYTES,
    contextBytes: 0,
    ...guest
});
exports.guestOf = guestOf;
/** The link between the hosts; times being no matter, it only says what a page takes on the wire. */
exports.wire = (0, link_1.link)({ bytesPerSecond: 1e9 });
/** The state before a pipeline's first command, and the putting away of states. */
const firstState = (scope, numbered) => {
    const { writes = 4, faults = 0, engine = {} } = scope;
    const of = (0, guest_1.vm)((0, exports.guestOf)(scope));
    const both = (0, hosts_1.hosts)({ guest: of, costs: hostCosts_1.idealHost, link: exports.wire, fidelity: 'versions', engine });
    const first = (0, conduct_1.conduct)({ migration: exports.MIGRATION, settlement: (0, dependency_1.settle)(of.dependencies), hosts: both });
    const putAway = (0, saving_1.saving)(first, numbered);
    const state = {
        conduct: first,
        carrier: { phase: { type: 'done', value: { type: 'lost', reason: 'not begun' } }, n: 0 },
        saved: putAway.save(),
        phase: 0,
        sends: [],
        lanes: [],
        owed: [],
        notices: [],
        stalled: undefined,
        writes,
        faults,
        outcome: undefined
    };
    return [state, putAway];
};
exports.firstState = firstState;

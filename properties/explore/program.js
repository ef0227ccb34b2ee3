"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.program = void 0;
const access_1 = require("../../lib/guest/access");
const workloadOptions_1 = require("../../lib/guest/workloadOptions");
/** A program of just these accesses in the order of their times, of one virtual CPU; it then waits, and never ends while anybody looks. */
const program = (pages, accesses) => ({
    name: 'program',
    pages,
    vcpus: 1,
    description: { name: 'program', pages, accesses: accesses.map(({ page, write, guestNs }) => ({ page, write, guestNs })) },
    open: (_, vcpu) => {
        (0, workloadOptions_1.checkedVcpu)('program', vcpu, 1);
        const all = [...accesses, { page: 0, write: false, guestNs: NEVER }];
        let next = 0;
        return {
            accessesPerSecond: undefined,
            fill: (into, times, capacity) => {
                const n = Math.min(capacity, all.length - next);
                for (let i = 0; i < n; i++, next++) {
                    const { page, write, guestNs } = all[next];
                    into[i] = (0, access_1.access)(page, write);
                    times[i] = guestNs;
                }
                return n;
            }
        };
    }
});
exports.program = program;
/** Thirteen days of guest time: later than any path, and early enough to be added to. */
const NEVER = 2 ** 50;

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
exports.judge = void 0;
const pageSet = __importStar(require("../../lib/memory/pageSet"));
const hosts = __importStar(require("../../lib/world/hosts"));
/**
 * The invariants as they can be judged at one entry, without what came before it: pages lost, gone back or used too early by the oracle's word, two primaries,
 * requests open at the end, and an outcome that is not so. Their names are those of the invariants of journals, which find the same of the whole path.
 */
const judge = (entry, s) => {
    if (entry.type === 'ended')
        return atEnd(entry.outcome, s);
    if (entry.type !== 'signalled')
        return undefined;
    const { signal } = entry;
    if (signal.type === 'compared') {
        const { when, lost, regressed, misread, owed } = signal;
        if (lost.count > 0)
            return { invariant: 'noPageLost', problem: `when ${when}, pages ${listed(lost)} are lost` };
        if (when === 'released' && owed > 0)
            return { invariant: 'noPageLost', problem: `when released, ${owed} pages are still owed` };
        if (regressed.count > 0)
            return { invariant: 'neverOlder', problem: `pages ${listed(regressed)} were overwritten by something older` };
        if (misread.count > 0)
            return { invariant: 'arrivedBeforeRead', problem: `pages ${listed(misread)} were used before they had arrived` };
    }
    if (signal.type === 'hosts') {
        const { primary, running } = signal;
        if (running.length > 1)
            return { invariant: 'onePrimary', problem: `the guest runs at ${running.join(' and ')} at once` };
        if (running.length === 1 && running[0] !== primary)
            return { invariant: 'onePrimary', problem: `the guest runs at the ${running[0]} and the ${primary} is primary` };
    }
    return undefined;
};
exports.judge = judge;
const atEnd = (outcome, s) => {
    const open = s.owed.length + s.sends.length;
    if (open > 0)
        return { invariant: 'answered', problem: `${open} commands have no answer when the migration ends` };
    const { hosts: h, failed } = s.conduct;
    const said = outcome.type === 'completed' ? 'target' : outcome.type === 'aborted' ? outcome.running : undefined;
    const runs = hosts.running(h);
    if (said !== undefined && (h.primary !== said || (!runs.includes(said) && failed[said] === undefined)))
        return {
            invariant: 'outcomeHolds',
            problem: `the migration is ${outcome.type}, yet the ${h.primary} is primary and the guest runs at ${runs.length === 0 ? 'neither host' : `the ${runs.join(' and ')}`}`
        };
    if (outcome.type === 'undecided' && h.atSource)
        return { invariant: 'outcomeHolds', problem: 'the migration is undecided, yet the source runs the guest' };
    // While something is broken nobody can know that all has arrived.
    if (outcome.type === 'lost' && runs.includes(h.primary) && h.trapped.count === 0 && Object.keys(failed).length === 0)
        return { invariant: 'outcomeHolds', problem: `the migration is lost, yet the guest runs at the ${h.primary} and nothing is owed to it` };
    if (outcome.type === 'lost' && h.primary === 'source' && failed.source === undefined)
        return { invariant: 'outcomeHolds', problem: 'the migration is lost, yet the source has not failed and ownership has not passed' };
    return undefined;
};
const listed = (pages) => pageSet.toArray(pages).join(', ');

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
exports.choices = void 0;
const bitmap = __importStar(require("../../lib/memory/bitmap"));
const state_1 = require("./state");
/** Everything that may happen next; nothing once the migration has ended. */
const choices = (s, { fail, mend }) => {
    if (s.outcome !== undefined)
        return [];
    const possible = [];
    for (let i = 0; i < s.owed.length; i++)
        if (isDue(s, i))
            possible.push({ type: 'answer', owed: i });
    for (const { name, leaving, flying } of s.lanes) {
        if (flying.length > 0)
            possible.push({ type: 'arrive', lane: name });
        if (leaving !== undefined)
            possible.push({ type: 'leave', lane: name });
    }
    if (s.notices.length > 0)
        possible.push({ type: 'notice' });
    const { hosts, failed } = s.conduct;
    if ((hosts.atSource || hosts.atTarget) && s.stalled === undefined)
        for (let page = 0; page < hosts.pages; page++) {
            if (s.writes > 0)
                possible.push({ type: 'write', page });
            const matters = hosts.atTarget && (bitmap.test(hosts.trapped, page) || (bitmap.test(hosts.stale, page) && !bitmap.test(hosts.misread, page)));
            if (matters)
                possible.push({ type: 'read', page });
        }
    if (s.faults > 0)
        for (const what of fail)
            if (failed[what] === undefined)
                possible.push({ type: 'fail', what });
    if (mend && failed.link !== undefined)
        possible.push({ type: 'mend' });
    return possible;
};
exports.choices = choices;
/** Whether an answer that is owed may come now: a lane is in order both ways, and a barrier waits for all that left before it. */
const isDue = ({ owed, sends, lanes }, i) => {
    const one = owed[i];
    if (one.type === 'barrier') {
        const waits = (n) => one.behind.includes(n);
        return !sends.some(({ to }) => waits(to.n)) && !lanes.some(({ flying }) => flying.some(({ n }) => waits(n)));
    }
    const { leg, to } = one.errand;
    if (leg === 'out' || leg === 'activate')
        return !lanes.some(({ flying }) => flying.some(({ n, page }) => n === to.n && page === state_1.MESSAGE));
    if (leg !== 'back')
        return true;
    for (let k = 0; k < i; k++) {
        const earlier = owed[k];
        if (earlier.type === 'errand' && earlier.errand.leg === leg && earlier.errand.to.lane === to.lane)
            return false;
    }
    return true;
};

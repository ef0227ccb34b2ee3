"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.journalOfPath = void 0;
const replayOf_1 = require("./replayOf");
const walk_1 = require("./walk");
const withoutTimes_1 = require("./withoutTimes");
/**
 * The journal of one path, as the simulated data centre gives it: choice i at `(i + 1) * CHOICE_NS`. A pipeline that looks at times, which are all 0 in an exploration, may
 * decide otherwise there: then it is the exploration's own journal, its times being the numbers of choices. Throws `RangeError` when a choice is not possible where it stands.
 */
const journalOfPath = (pipeline, path, scope = {}) => {
    const along = (0, walk_1.walk)(pipeline, scope);
    for (const choice of path)
        along.take(choice);
    const explored = (0, withoutTimes_1.withoutTimes)(along.journal, 1);
    const journal = (0, replayOf_1.replayedJournal)((0, replayOf_1.replayOf)(pipeline, path, scope));
    const replayed = (0, withoutTimes_1.withoutTimes)(journal, replayOf_1.CHOICE_NS);
    return explored.length === replayed.length && explored.every((entry, i) => entry === replayed[i]) ? journal : along.journal;
};
exports.journalOfPath = journalOfPath;

"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.keyOf = exports.copyOf = exports.isOf = exports.MESSAGE = void 0;
/** The page of an item that is an errand's message. */
exports.MESSAGE = -2;
/** Whether what is owed is the errand of this command. */
const isOf = (one, n) => one.type === 'errand' && one.errand.to.n === n;
exports.isOf = isOf;
/** The same state, to go another way from here. Written out, because it is made for every transition. */
const copyOf = (s) => ({
    conduct: s.conduct,
    saved: s.saved,
    carrier: s.carrier,
    phase: s.phase,
    sends: s.sends,
    lanes: s.lanes,
    owed: s.owed,
    notices: s.notices,
    stalled: s.stalled,
    writes: s.writes,
    faults: s.faults,
    outcome: s.outcome
});
exports.copyOf = copyOf;
/** Equal keys, equal futures: everything in a state but the numbers of requests. */
const keyOf = (s, numbered) => {
    let key = '';
    if (s.stalled !== undefined)
        key += `s${s.stalled.page}${s.stalled.write ? 'w' : 'r'}`;
    if (s.notices.length > 0)
        key += `n${s.notices.join()}`;
    const barriers = s.owed.filter((one) => one.type === 'barrier');
    const behind = (n) => {
        let mask = 0;
        for (let i = 0; i < barriers.length; i++)
            if (barriers[i].behind.includes(n))
                mask |= 1 << i;
        return mask === 0 ? '' : `b${mask}`;
    };
    for (const one of s.sends) {
        key += `|${one.to.lane}:${one.to.tag}:${one.kind}:${one.rest.join()}:${one.skipped.join()}:${one.bytes}:${one.open}`;
        key += `${one.began ? 'y' : ''}${one.stopped ? 'x' : ''}${behind(one.to.n)}`;
        for (const to of one.cancelled)
            key += `c${to.lane}:${to.tag}`;
    }
    for (const lane of s.lanes) {
        key += lane.sent ? `/${lane.name}` : `%${lane.name}`;
        for (const n of lane.queue)
            key += `q${s.sends.findIndex(({ to }) => to.n === n)}`;
        if (lane.leaving !== undefined)
            key += `l${itemKey(lane.leaving)}`;
        for (const item of lane.flying)
            key += `${item.page === exports.MESSAGE ? `m${s.owed.findIndex((one) => (0, exports.isOf)(one, item.n))}` : `f${itemKey(item)}`}${behind(item.n)}`;
    }
    for (const one of s.owed)
        key += one.type === 'barrier' ? `B${one.to.lane}:${one.to.tag}` : `E${one.text}`;
    return `${s.phase} ${s.saved.number} ${s.writes} ${s.faults} ${key === '' ? '' : numbered(key)}`;
};
exports.keyOf = keyOf;
/** What a reading contains, and how it is written on the wire. */
const itemKey = ({ page, reading, place }) => {
    if (reading === undefined)
        return `${page}`;
    const content = typeof reading.content === 'number' ? reading.content : reading.content.join('.');
    return 'form' in reading ? `${page}${place}${reading.form}${reading.page}=${content}` : `${page}${place}=${content}`;
};

/** How bytes become packets: flits of `flitBytes`, at most `payloadBytes` a packet behind `headerFlits`. See `mppa256` for where these come from. */
export type ChipPackets = { readonly flitBytes: number; readonly payloadBytes: number; readonly headerFlits: number }

/** The flits of each packet that so many bytes travel in, headers included: `chipPacketFlits({ flitBytes: 4, payloadBytes: 256, headerFlits: 1 }, 300)` is `[65, 12]`. */
export const chipPacketFlits = ({ flitBytes, payloadBytes, headerFlits }: ChipPackets, bytes: number): readonly number[] =>
  Array.from(
    { length: Math.ceil(bytes / payloadBytes) },
    (_, i) => headerFlits + Math.ceil(Math.min(payloadBytes, bytes - i * payloadBytes) / flitBytes)
  )

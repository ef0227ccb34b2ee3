export { type CheckpointedOptions, checkpointed } from './checkpointed'
export { allgather } from './collectives/allgather'
export { broadcast } from './collectives/broadcast'
export { gather } from './collectives/gather'
export type { PatternOptions } from './collectives/pattern'
export { pingPong } from './collectives/pingPong'
export { type Script, script } from './collectives/script'
export { coordinated } from './coordinated'
export { type DumpAndRestoreOptions, dumpAndRestore, usualFileSystem } from './dumpAndRestore'
export { type Engine, engineOf, engines } from './engines'
export { defaultLimit, type Experiment, experiment, migrationName, type Trial } from './experiment/experiment'
export { forecastOptionsOf } from './experiment/forecastOptionsOf'
export { formatInputErrors, type InputError } from './experiment/inputError'
export { recentlyUsed } from './experiment/recentlyUsed'
export { openTraceFile, shippedTraces } from './experiment/shippedTraces'
export { simulate, type Watcher } from './experiment/simulate'
export { furtherTechniques, type NamedTechnique, techniques } from './experiment/techniques'
export { bareNs, type Fleet, type FleetFigures, type FleetOptions, fleet, fleetFigures } from './fleet'
export { type HybridOptions, hybrid } from './hybrid'
export {
  ranThreads,
  scripted,
  type ThreadHeard,
  type ThreadProgram,
  type ThreadsRan,
  threadPipeline,
  threadPipelines,
  type Wanderer,
  wandering
} from './isoThreads'
export { moveJoules } from './managers/moveJoules'
export { type ServerGuestOptions, serverGuest } from './managers/serverGuest'
export { type SimulatedMoveCost, type SimulatedMoveOptions, simulatedMove } from './managers/simulatedMove'
export { askName, type NameClient, openNames } from './manycore/askName'
export {
  asPeerMessage,
  asRequest,
  DAEMON_PORT,
  type DaemonMessage,
  type DaemonReply,
  type DaemonRequest,
  type PeerMessage
} from './manycore/daemonMessage'
export {
  type AskedToMove,
  type DaemonOptions,
  following,
  type MovePolicy,
  type TechniqueName,
  techniqueNames,
  withoutResidue
} from './manycore/daemonOptions'
export { migrationDaemon } from './manycore/migrationDaemon'
export { monitored } from './manycore/monitored'
export { type NameReply, type NameRequest, type NameServerOptions, nameServer } from './manycore/nameServer'
export { type PackedImage, type PieceRun, packed, packedPlaces, unpacked, unpackedPlaces } from './manycore/packedImage'
export { type MigrationRequest, requestMigration } from './manycore/requestMigration'
export { type BitbrainsVm, bitbrainsObservations, bitbrainsVms } from './monitors/bitbrainsObservations'
export { csvObservations } from './monitors/csvObservations'
export { type FollowOptions, followPrometheus } from './monitors/followPrometheus'
export { planetLabObservations } from './monitors/planetLabObservations'
export { prometheusObservations } from './monitors/prometheusObservations'
export type { PrometheusOptions, PrometheusQueries } from './monitors/prometheusOptions'
export { type PrometheusPreset, prometheusPresets } from './monitors/prometheusPresets'
export { type FleetTrace, readTrace, type TraceOptions } from './monitors/readTrace'
export { isSourceFault, type SourceFault } from './monitors/sourceFault'
export { type TraceFormat, traceFormat } from './monitors/traceFormat'
export { type MplmOptions, mplm } from './mplm'
export { packageRoot } from './packageRoot'
export { type PostcopyOptions, postcopy } from './postcopy'
export { type PrecopyOptions, precopy } from './precopy'
export { type Qemu102Options, type QemuOptions, qemu72, qemu102, qemuDisk } from './qemu'
export { type Qemu12Options, type Qemu14Options, type Qemu16Options, qemu12, qemu14, qemu16 } from './qemu1x'
export { qemu12Held, qemu16Costs } from './qemu1xCosts'
export type { Reproduced, Reproduction } from './reproduce/reproduction'
export { reproductions } from './reproduce/reproductions'
export { type RestoredOptions, restored } from './restored'
export { type StopAndCopyOptions, stopAndCopy } from './stopAndCopy'
export { type SurvivingOptions, surviving } from './surviving'
export { type TlmOptions, tlm } from './tlm'
export { chipHops } from './why/chipHops'
export { type Managed, type ManagedRun, managedRun } from './why/managed'
export { type ManagerOptions, manager, managerLog } from './why/manager'
export type { LoggedDecision } from './why/managerState'
export { studies } from './why/studies'
export { decisionText, type Study, type StudyOptions } from './why/study'

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { IncidentFault } from '../core/schemas/alerts.js';
import type {
  AckIncident,
  CheckIncident,
  IncidentState,
  NoteIncident,
  ResolveIncident,
  SetIncidentSeverity,
} from '../core/schemas/incidents.js';
import type { SourceName } from '../core/schemas/names.js';
import type { LostWindows, RepairDecision, RepairProgress } from '../core/schemas/repair.js';
import type { SequenceProgress, SourceStage } from '../core/schemas/sequence.js';

/** Operator: holds a sequence, source or ZIP after the page it is on. Refused when it is held already. */
export const pauseUpdate = defineUpdate<string, []>('pause');
/** Operator: lets a held sequence, source or ZIP go on. Refused when it is not held. */
export const resumeUpdate = defineUpdate<string, []>('resume');
/** Where a sequence stands. */
export const progressQuery = defineQuery<SequenceProgress>('progress');

/** Operator: takes or refuses the selectors that a repair proposes. Refused before there is a proposal, and after a decision. */
export const decideRepairUpdate = defineUpdate<string, [RepairDecision]>('decideRepair');
/** Where a repair stands. */
export const repairQuery = defineQuery<RepairProgress>('repair');

/** Person: takes an incident. Refused when somebody has it already, and after its end. */
export const ackIncidentUpdate = defineUpdate<IncidentState, [AckIncident]>('ackIncident');
/** Person: writes something into the timeline; may object to the incident's ending by itself. */
export const noteIncidentUpdate = defineUpdate<IncidentState, [NoteIncident]>('noteIncident');
/** Person: changes the severity; its clocks begin. */
export const severityIncidentUpdate = defineUpdate<IncidentState, [SetIncidentSeverity]>('severityIncident');
/** Person: checks off a step of the checklist. */
export const checkIncidentUpdate = defineUpdate<IncidentState, [CheckIncident]>('checkIncident');
/** Person: ends an incident. */
export const resolveIncidentUpdate = defineUpdate<IncidentState, [ResolveIncident]>('resolveIncident');
/** How an incident stands, with its latest timeline. */
export const incidentQuery = defineQuery<IncidentState>('incident');
/** Evaluation or watchdog to incident: a fault of its cause began, goes on or is over. */
export const incidentFaultSignal = defineSignal<[IncidentFault]>('incidentFault');

/** Source to repair: another run met the changed layout. */
export const layoutChangedSignal = defineSignal<[LostWindows]>('layoutChanged');
/** Sequence to source to ZIP: hold or go on. */
export const holdSignal = defineSignal<[boolean]>('hold');
/** ZIP or source to enrichment: there are new records. */
export const recordsStoredSignal = defineSignal('recordsStored');
/** Sequence or source to enrichment: a source has come so far. */
export const sourceStageSignal = defineSignal<[SourceName, SourceStage]>('sourceStage');
/** Sequence to enrichment: no further records will come. */
export const collectionEndedSignal = defineSignal('collectionEnded');

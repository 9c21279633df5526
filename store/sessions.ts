import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { canonicalJson, sha256 } from '../core/hash.js';
import {
  type BrowserProfile,
  endOf,
  MAX_AGE_MS,
  NO_STATE,
  pointsOf,
  type RetireReason,
  type VisitorSessions,
  type VisitorState,
} from '../core/visitor-session.js';

/** `sessions`: one visitor of a site. Gone by itself at `expireAt`. */
export interface SessionDocument {
  readonly _id: string;
  readonly host: string;
  readonly profile: BrowserProfile;
  /** SHA-256 of the profile. */
  readonly profileKey: string;
  /** Secret. Null once the session has ended. */
  readonly state: VisitorState | null;
  /** Id of the proxy it comes through; null or left out: it comes directly. */
  readonly proxy?: string | null;
  readonly pages: number;
  readonly errorScore: number;
  readonly startedAt: Date;
  readonly usedAt: Date;
  readonly retiredAt: Date | null;
  readonly retiredFor: RetireReason | null;
  readonly expireAt: Date;
}

/**
 * Ends the visitors who come through a proxy, on whatever site, so that the next ones come through others. A page in flight ends first.
 * @param proxy id; null: every visitor who comes through any
 * @returns how many ended
 */
export async function endVisitorsThrough(db: Db, proxy: string | null): Promise<number> {
  const ended = await db
    .collection<SessionDocument>('sessions')
    .updateMany(
      { retiredAt: null, proxy: proxy ?? { $ne: null } },
      { $set: { retiredAt: new Date(), retiredFor: 'proxy', state: null } },
    );
  return ended.modifiedCount;
}

/** A session is kept for a week after its last day, without its cookies, to be counted. */
const REMEMBERED_MS = 7 * MAX_AGE_MS;

/**
 * Sessions of a site in the database, so that a new worker or a renewed browser goes on as the same visitor. A session of
 * another profile (another Chromium, product or contact) is left alone: another machine may be on it.
 */
export function createSessions(db: Db, host: string): VisitorSessions {
  const sessions = db.collection<SessionDocument>('sessions');
  const retire = async (id: string, reason: RetireReason) => {
    await sessions.updateOne(
      { _id: id, retiredAt: null },
      { $set: { retiredAt: new Date(), retiredFor: reason, state: null } },
    );
  };
  return {
    retire,
    async open(profile, proxies = null) {
      const profileKey = sha256(canonicalJson({ ...profile, viewport: { ...profile.viewport } }));
      const young = new Date(Date.now() - MAX_AGE_MS);
      const way = proxies === null ? null : { $ne: null };
      for (;;) {
        const found = await sessions.findOne(
          { host, profileKey, retiredAt: null, startedAt: { $gt: young }, proxy: way },
          { sort: { startedAt: -1, _id: 1 } },
        );
        if (found === null) break;
        const { _id: id, proxy = null } = found;
        if (proxies === null || proxy === null || (await proxies.usable(proxy)))
          return { id, profile: found.profile, state: found.state ?? NO_STATE, proxy };
        await retire(id, 'proxy');
      }
      const proxy = (await proxies?.choose()) ?? null;
      const now = new Date();
      const session: SessionDocument = {
        _id: randomUUID(),
        host,
        profile,
        profileKey,
        state: NO_STATE,
        proxy,
        pages: 0,
        errorScore: 0,
        startedAt: now,
        usedAt: now,
        retiredAt: null,
        retiredFor: null,
        expireAt: new Date(now.getTime() + MAX_AGE_MS + REMEMBERED_MS),
      };
      await sessions.insertOne(session);
      return { id: session._id, profile, state: NO_STATE, proxy };
    },
    async book(id, verdict, state) {
      const score = { $max: [0, { $add: ['$errorScore', pointsOf(verdict)] }] };
      const booked = await sessions.findOneAndUpdate(
        { _id: id, retiredAt: null },
        // A pipeline, since the score stops at zero; `$literal`, since a cookie may begin with a dollar.
        [
          {
            $set: { pages: { $add: ['$pages', 1] }, errorScore: score, usedAt: new Date(), state: { $literal: state } },
          },
        ],
        { returnDocument: 'after' },
      );
      if (!booked) return (await sessions.findOne({ _id: id }))?.retiredFor ?? 'age';
      const { errorScore, startedAt } = booked;
      const reason = endOf(verdict, { errorScore, ageMs: Date.now() - startedAt.getTime() });
      if (reason !== null) await retire(id, reason);
      return reason;
    },
    async keepState(id, state) {
      await sessions.updateOne({ _id: id, retiredAt: null }, { $set: { state } });
    },
  };
}

// What the desk asks about persons and organisations.
import { api, got, type Schemas } from '@/platform/api/client';

/** A case of the queue always has its number. */
export type Case = Schemas['AccountVerificationCard'] & { id: string };
export type CaseState = 'pending' | 'approved' | 'refused';
export type AccountRow = Schemas['AccountPerson'];
export type AccountDetail = Schemas['AccountDetail'];
export type AuditRow = Schemas['AccountAuditCard'];
export type Org = Schemas['OrgCard'];
export type OrgKind = Org['kind'];
export type Member = Schemas['OrgMemberCard'];
export type Invite = Schemas['OrgInviteCard'];
export type Staff = Schemas['OrgStaffCard'];

export const kinds: OrgKind[] = ['household', 'cooperative', 'federation', 'enterprise', 'centre', 'carrier', 'regulator', 'training', 'association'];
export const orgRoles = ['owner', 'manager', 'host', 'staff', 'dispatcher', 'trainer', 'mediator'];
export const platformRoles = ['platform_admin', 'reviewer', 'regulator', 'mediator', 'trainer', 'policy_officer'];

const at = (id: string) => ({ path: { id } });

export const cases = (state: CaseState) => (cursor: string) =>
  got(api.GET('/api/desk/host-verifications', { params: { query: { state, cursor, limit: 20 } } })) as Promise<{ items: Case[]; next: string }>;
export const decide = (id: string, approve: boolean, reason: string) => got(api.POST('/api/desk/host-verifications/{id}/decide', { params: at(id), body: { approve, reason } }));

export const accounts = (q: string) => (cursor: string) => got(api.GET('/api/desk/accounts', { params: { query: { q, cursor, limit: 20 } } }));
export const account = (id: string) => got(api.GET('/api/desk/accounts/{id}', { params: at(id) }));
export const suspend = (id: string, reason: string) => got(api.POST('/api/desk/accounts/{id}/suspend', { params: at(id), body: { reason } }));

export interface AuditFilter {
  account?: string;
  action?: string;
  subject?: string;
  from?: string;
  to?: string;
}
export const audit = (f: AuditFilter) => (cursor: string) => got(api.GET('/api/desk/audit', { params: { query: { ...f, cursor, limit: 30 } } }));

export const orgs = (f: { kind?: OrgKind; region?: string; q?: string }) => (cursor: string) => got(api.GET('/api/orgs', { params: { query: { ...f, cursor, limit: 20 } } }));
export const org = (id: string) => got(api.GET('/api/orgs/{id}', { params: at(id) }));
export const editOrg = (o: Org) =>
  got(api.PUT('/api/orgs/{id}', { params: at(o.id), body: { kind: o.kind as Schemas['OrgBody']['kind'], name: o.name, region: o.region, village: o.village, about: o.about, contact: o.contact, address: o.address, licence: o.licence, exemption: o.exemption as Schemas['OrgBody']['exemption'] } }));
export const members = (id: string) => (cursor: string) => got(api.GET('/api/orgs/{id}/members', { params: { ...at(id), query: { cursor, limit: 50 } } }));
export const removeMember = (id: string, m: Member) => got(api.DELETE('/api/orgs/{id}/members/{account}/{role}', { params: { path: { id, account: m.account, role: m.role } } }));
export const invites = (id: string) => (cursor: string) => got(api.GET('/api/orgs/{id}/invitations', { params: { ...at(id), query: { cursor } } }));
export const invite = (id: string, role: string) => got(api.POST('/api/orgs/{id}/invitations', { params: at(id), body: { role } }));
export const revokeInvite = (id: string, i: string) => got(api.DELETE('/api/orgs/{id}/invitations/{invite}', { params: { path: { id, invite: i } } }));

export const staff = (cursor: string) => got(api.GET('/api/desk/roles', { params: { query: { cursor, limit: 50 } } }));
export const appoint = (accountId: string, role: string, region: string) => got(api.POST('/api/desk/roles', { body: { account: accountId, role, region } }));
export const dismiss = (s: Pick<Staff, 'account' | 'role' | 'region'>) => got(api.POST('/api/desk/roles/dismiss', { body: { account: s.account, role: s.role, region: s.region } }));

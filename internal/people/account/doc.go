// Package account keeps persons: how they sign in, what they have told about
// themselves, who may act for them, and what was done with their rights.
//
// Sign-in is by a code sent to the phone: six digits, five minutes, five
// attempts, used once, one a minute and ten a day; asking for a code answers
// the same for known and unknown numbers, and so does every way of getting it
// wrong. The first sign-in makes the account. A second factor is a passkey,
// which is a whole sign-in by itself, or an authenticator (TOTP, each code
// once) with ten recovery codes; whoever has one is asked for it, and can
// change it only in a session that has proved it. Configuration may take the
// parts on the platform away from sessions without one.
//
// Phone numbers, names on documents, identity numbers, addresses, passkeys and
// push subscriptions are stored sealed; a phone is found by a blind index only.
//
// A helper acts for another person (代操作) under a grant that names the
// actions and ends by itself; each act is recorded as "by X for Y" and shown to
// both. A host goes on air only with a verified real name, age 16 or more
// (below 18 with a consent confirmed on the guardian's own telephone), and a
// recent check (K03).
//
// Consents are a register that only grows, each with the version of its words.
// A person's copy of their data spans all modules and is read back by
// programs; an erasure waits a week, then removes all that the law does not
// keep, and names what it keeps and why (K18).
//
// Who a token stands for is remembered for two seconds; whatever changes a
// right on this server ends that at once, on other servers it is seen within
// those two seconds.
//
// Tables: account_account, account_code, account_address, account_verification,
// account_grant, account_consent, account_audit, account_challenge,
// account_passkey, account_totp, account_recovery, account_push,
// account_erasure. Calls: session, org, seal, notify; each module's share of a
// person through Part.
package account

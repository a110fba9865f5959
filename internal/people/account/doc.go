// Package account keeps persons: how they sign in, what they have told about
// themselves, who may act for them, and what was done with their rights.
//
// Sign-in is by a code sent to the phone: six digits, five minutes, five
// attempts, used once; asking for a code answers the same for known and
// unknown numbers. The first sign-in makes the account. Phone numbers, names
// on documents, identity numbers and addresses are stored sealed; a phone is
// found by a blind index only.
//
// A helper acts for another person (代操作) under a grant that names the
// actions and ends by itself; each act is recorded as "by X for Y". A host
// goes on air only with a verified real name, age 16 or more (with a
// guardian's consent below 18), and a recent check (K03).
//
// Tables: account_account, account_code, account_address, account_verification,
// account_grant, account_consent, account_audit. Calls: session, org, seal,
// notify.
package account

// Package org keeps organisations and who plays which part in them:
// households, co-operatives, federations, enterprises, service centres,
// carriers, regulators, training bodies and associations, each with the
// region it belongs to.
//
// What the law asks a stall to show (name, address, contact, licence number
// or the ground of exemption: 电商法 15) is public and one request away. Roles
// within an organisation and on the platform are the facts that policies
// decide by; only this module writes them. An invitation is a single-use
// secret that lasts a week and whose hash is kept. Owners choose who works with
// them, managers choose those below them; the last owner and the last
// administrator stay.
//
// Tables: org_org, org_role, org_invite. Events out: tianbo.org.created.v1,
// tianbo.org.role_changed.v1.
package org

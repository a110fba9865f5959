package org

import "tianbo/internal/kernel/id"

// Subjects of the module's facts.
const (
	SubjectCreated     = "tianbo.org.created.v1"
	SubjectRoleChanged = "tianbo.org.role_changed.v1"
)

// Created is a new organisation.
type Created struct {
	Org  id.Org     `json:"org"`
	Kind Kind       `json:"kind"`
	By   id.Account `json:"by"`
}

// RoleChanged is a part given or taken.
type RoleChanged struct {
	Org     id.Org     `json:"org"`
	Account id.Account `json:"account"`
	Role    string     `json:"role"`
	Given   bool       `json:"given"`
	By      id.Account `json:"by"`
}

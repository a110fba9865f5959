package authz

import "regexp"

var actionName = regexp.MustCompile(`Action::"([a-z_.]+)"`)

// namedActions lists the actions that a policy text mentions.
func namedActions(text string) []string {
	var out []string
	for _, m := range actionName.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

package main

import "strings"

var byHand = []refusal{
	handWritten("another package", "{id: b2b.others.see", "x-stytch-by-hand: b2b.others.see: the id belongs in b2b/others.yaml"),
	handWritten("short id", "{id: see", "x-stytch-by-hand: see: the id is not product.service.operation"),
	handWritten("private method", "{id: b2b.things.see, method: see", `b2b.things.see: method: "see" is not an exported Go name`),
	handWritten("no method", "{id: b2b.things.see, summary: Sees.}", `b2b.things.see: method: "" is not an exported Go name`),
	handWritten("no summary", "{id: b2b.things.see, method: See}", "b2b.things.see: the summary is not a sentence"),
	handWritten("unknown key", "{id: b2b.things.see, verb: GET", "line 2", "info.x-stytch-by-hand.0.verb"),
	handWritten("no path", "{id: b2b.things.see, http: see", `b2b.things.see: http: "see" is not a method and a path`),
	handWritten("no class of a call", "{id: b2b.things.see, http: GET /see", `b2b.things.see: retry is ""`),
	handWritten("class of no call", "{id: b2b.things.see, retry: read", "b2b.things.see: retry is for what calls the API"),
	handWritten("generated too", "{id: b2b.things.change", "b2b.things.change is generated as Change"),
	handWritten("name of a generated one", "{id: b2b.things.see, method: Change",
		"b2b.things.see: b2b.things.change is generated as Change"),
	handWritten("twice", "{id: b2b.things.see}, {id: b2b.things.see",
		"b2b.things.see: b2b.things.see is written as See already"),
	handWritten("one name twice", "{id: b2b.things.look}, {id: b2b.things.see",
		"b2b.things.see: b2b.things.look is written as See already"),
	{"method to run after that is exported", things, "x-stytch-emulator: exact", "x-stytch-emulator: exact\n      x-stytch-after: Forget",
		[]string{`b2b.things.change: x-stytch-after: "Forget" is not an unexported Go name`}},
	{"method to run after that is no name", things, "x-stytch-emulator: exact", "x-stytch-emulator: exact\n      x-stytch-after: s.forget",
		[]string{`b2b.things.change: x-stytch-after: "s.forget" is not an unexported Go name`}},
	{"type with the name of a service written by hand", "b2b/other.yaml",
		"description: Describes others.}\npaths: {}\ncomponents:\n  schemas:\n",
		"description: Describes others., x-stytch-by-hand: [{id: b2b.other.see, method: See, summary: Sees.}]}\n" +
			"paths: {}\ncomponents:\n  schemas:\n    Service: {type: string, description: A kind., enum: [a]}\n",
		[]string{"type Service: Service is the Go name of the service too"}},
}

// handWritten is a refusal of things.yaml with x-stytch-by-hand: [list]. Entries without method or summary get one,
// unless the name says that they have none. The last entry need not be closed.
func handWritten(name, list string, want ...string) refusal {
	if !strings.HasSuffix(list, "}") {
		list += "}"
	}
	for _, part := range [][2]string{{"method", "See"}, {"summary", "Sees."}} {
		if !strings.Contains(list, part[0]+":") && name != "no "+part[0] {
			list = strings.ReplaceAll(list, "}", ", "+part[0]+": "+part[1]+"}")
		}
	}
	const old = "description: Keeps things."
	return refusal{"by hand, " + name, things, old, old + ", x-stytch-by-hand: [" + list + "]", want}
}

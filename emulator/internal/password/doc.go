// Package password hashes passwords, compares them with hashes of this and other systems, and says how hard they are to
// guess. It knows neither members nor projects.
//
// The two names that matter are [Hash], made by [New] or, of another system, by [Foreign.Parse], and [Policy].
package password

package emulator

import (
	"context"
	"slices"
	"sync"
	"time"
)

// maxMessages bounds an inbox. The oldest messages are removed first.
const maxMessages = 10_000

// Message is an e-mail or text message that the real service would have sent.
type Message struct {
	ID string `json:"id"`
	// Channel is email, sms or whatsapp.
	Channel string `json:"channel"`
	To      string `json:"to"`
	// Template is the purpose of the message: "discovery_magic_link" or "mfa_passcode".
	Template string `json:"template"`
	// Code is a passcode, Link a magic link and Token its token. Each is empty in a message without one.
	Code   string    `json:"code"`
	Token  string    `json:"token"`
	Link   string    `json:"link"`
	SentAt time.Time `json:"sent_at"`
}

// Inbox holds the messages of a project, the last ten thousand. It is safe for concurrent use.
type Inbox struct {
	mu       sync.Mutex
	messages []Message     // oldest first
	arrival  chan struct{} // closed and replaced when a message arrives
}

// Messages returns the messages to an address or number, newest first, and all of them if to is empty. The case of
// the letters A to Z does not count.
func (b *Inbox) Messages(to string) []Message {
	messages, _ := b.list(to)
	return messages
}

// Wait returns the newest message to an address or number. If there is none yet, it waits for one until the context
// ends. An empty to stands for every address.
func (b *Inbox) Wait(ctx context.Context, to string) (Message, error) {
	for {
		messages, arrival := b.list(to)
		if len(messages) > 0 {
			return messages[0], nil
		}
		select {
		case <-arrival:
		case <-ctx.Done():
			return Message{}, context.Cause(ctx)
		}
	}
}

// list returns the matching messages, newest first, and the channel that is closed when another message arrives.
func (b *Inbox) list(to string) ([]Message, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	messages := []Message{}
	for _, m := range slices.Backward(b.messages) {
		if to == "" || lower(m.To) == lower(to) {
			messages = append(messages, m)
		}
	}
	return messages, b.arrival
}

func (b *Inbox) add(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	if extra := len(b.messages) - maxMessages; extra > 0 {
		b.messages = slices.Delete(b.messages, 0, extra)
	}
	close(b.arrival)
	b.arrival = make(chan struct{})
}

// replace replaces the messages, which are oldest first.
func (b *Inbox) replace(messages []Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = slices.Clone(messages)
	close(b.arrival)
	b.arrival = make(chan struct{})
}

package emulator

import (
	"context"
	"time"
)

// Message is an e-mail or text message that the real service would have sent.
type Message struct {
	ID string `json:"id"`
	// Channel is email or sms.
	Channel string `json:"channel"`
	To      string `json:"to"`
	// Template is the purpose of the message: login, signup, invite, discovery or email_update, followed by _magic_link
	// or _passcode, or mfa_passcode or password_reset.
	Template string `json:"template"`
	// Code is a passcode, Link a magic link and Token its token. Each is empty in a message without one.
	Code   string    `json:"code"`
	Token  string    `json:"token"`
	Link   string    `json:"link"`
	SentAt time.Time `json:"sent_at"`
}

// Inbox holds the messages of a project, the last ten thousand. It is safe for concurrent use.
type Inbox struct{ core core }

// Messages returns the messages to an address or number, newest first, and all of them if to is empty. The case of
// the letters A to Z does not count.
func (b *Inbox) Messages(to string) []Message {
	found := engineOf(b.core).Messages(to)
	messages := make([]Message, len(found))
	for i, m := range found {
		messages[i] = Message(m)
	}
	return messages
}

// Wait returns the newest message to an address or number. If there is none yet, it waits for one until the context
// ends; the error is the context's cause. An empty to stands for every address. To wait for the next message where
// there are older ones, remove those by Clear before it is sent.
func (b *Inbox) Wait(ctx context.Context, to string) (Message, error) {
	m, err := engineOf(b.core).WaitMessage(ctx, to)
	return Message(m), err
}

// Clear removes the messages to an address or number, and all of them if to is empty. Their links and codes stay valid.
// The limit of one e-mail per second, see [Settings], does not count what was removed.
func (b *Inbox) Clear(to string) { b.core.ClearMessages(to) }

"""Networks over sequences: words, letters, waves, read by an embedding, an RNN, an LSTM, a GRU, from both ends."""

from tests.parity.networks.rows import STEPS, By, trained_by

TEXT = "the cat sat on the mat and the dog sat on the log, and then the cat and the dog sat on the rug and slept. " * 4


def letters(torch):
    """Return the text as numbers, and how many letters there are."""
    alphabet = sorted(set(TEXT))
    return torch.tensor([alphabet.index(letter) for letter in TEXT]), len(alphabet)


def chunks(torch, data, batch, length):
    """Yield rows of the text that begin anywhere, and the same rows one letter later."""
    for _ in range(STEPS):
        starts = torch.randint(0, len(data) - length - 1, (batch,)).tolist()
        yield torch.stack([data[i:i + length] for i in starts]), torch.stack([data[i + 1:i + length + 1] for i in starts])


@trained_by(By("Adagrad", lr=0.1), By("SGD", lr=0.1), By("Adam", lr=0.01))
def word_embedding(torch, optimizer):
    """Guess a word from the two before and the two after it."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(12)
    words = TEXT.replace(",", "").replace(".", "").split()
    known = sorted(set(words))
    numbers = [known.index(word) for word in words]
    contexts = torch.tensor([numbers[i - 2:i] + numbers[i + 1:i + 3] for i in range(2, len(numbers) - 2)])
    targets = torch.tensor(numbers[2:-2])

    class CBOW(nn.Module):
        def __init__(self):
            super().__init__()
            self.embeddings = nn.Embedding(len(known), 10)
            self.linear1 = nn.Linear(40, 24)
            self.linear2 = nn.Linear(24, len(known))

        def forward(self, context):
            hidden = functional.relu(self.linear1(self.embeddings(context).view(len(context), -1)))
            return functional.log_softmax(self.linear2(hidden), dim=-1)

    net, criterion = CBOW(), nn.NLLLoss()
    optimizer = optimizer(net.parameters())
    for _ in range(STEPS):
        picked = torch.randperm(len(targets))[:12]
        loss = criterion(net(contexts[picked]), targets[picked])
        optimizer.zero_grad()
        loss.backward()
        yield net, loss
        optimizer.step()


@trained_by(By("RMSprop", lr=0.003, momentum=0.5), By("SGD", lr=0.5), By("Adagrad", lr=0.05))
def char_rnn(torch, optimizer):
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(13)
    data, count = letters(torch)

    class CharRNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(count, 12)
            self.rnn = nn.RNN(12, 32, num_layers=2, dropout=0.1, batch_first=True)
            self.out = nn.Linear(32, count)

        def forward(self, x):
            out, _ = self.rnn(self.embed(x))
            return self.out(out)

    net = CharRNN()
    optimizer = optimizer(net.parameters())
    for x, y in chunks(torch, data, 4, 12):
        loss = functional.cross_entropy(net(x).reshape(-1, count), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        yield net, loss
        optimizer.step()


@trained_by(By("Adam", lr=0.005, amsgrad=True), By("SGD", lr=0.5, momentum=0.9), By("NAdam", lr=0.005))
def lstm(torch, optimizer):
    """The next letter once more, with the state carried from chunk to chunk and cut off from its history."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(14)
    data, count = letters(torch)
    rows = data[:420].view(4, -1)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(count, 12)
            self.lstm = nn.LSTM(12, 24, num_layers=2, dropout=0.2)
            self.out = nn.Linear(24, count)

        def forward(self, x, state):
            out, state = self.lstm(self.embed(x.t()), state)
            return self.out(out), state

    net, state = Net(), None
    optimizer = optimizer(net.parameters())
    for step in range(STEPS):
        start = step * 10 % 90
        logits, state = net(rows[:, start:start + 10], state)
        state = tuple(part.detach() for part in state)
        loss = functional.cross_entropy(logits.reshape(-1, count), rows[:, start + 1:start + 11].t().reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(net.parameters(), 0.5)
        yield net, loss
        optimizer.step()


@trained_by(By("NAdam", lr=0.005), By("Adamax", lr=0.005), By("Adadelta", lr=1.0))
def gru(torch, optimizer):
    """Sequences of different lengths, packed: which of three waves is it?"""
    nn = torch.nn
    torch.manual_seed(15)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(1, 20, batch_first=True)
            self.out = nn.Linear(20, 3)

        def forward(self, x, lengths):
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            _, last = self.gru(packed)
            return self.out(last[-1])

    net, criterion = Net(), nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = optimizer(net.parameters())
    for _ in range(STEPS):
        y, lengths = torch.randint(0, 3, (8,)), torch.randint(5, 13, (8,))
        speed, start = (y + 1) / 2, 6 * torch.rand(8)
        waves = [torch.sin(speed[i] * torch.arange(float(lengths[i])) + start[i]) for i in range(8)]
        x = nn.utils.rnn.pad_sequence(waves, batch_first=True).unsqueeze(-1)
        loss = criterion(net(x, lengths), y)
        optimizer.zero_grad()
        loss.backward()
        yield net, loss
        optimizer.step()


@trained_by(By("Adamax", lr=0.005), By("AdamW", lr=0.003), By("RMSprop", lr=0.002))
def bidirectional(torch, optimizer):
    """Tag each number of a row: is it the greatest of the row? One has to have read on to know."""
    nn = torch.nn
    torch.manual_seed(16)

    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(1, 12, batch_first=True, bidirectional=True)
            self.out = nn.Linear(24, 1)

        def forward(self, x):
            out, _ = self.lstm(x.unsqueeze(-1))
            return self.out(out).squeeze(-1)

    net, criterion = Tagger(), nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0))
    optimizer = optimizer(net.parameters())
    for _ in range(STEPS):
        x = torch.rand(16, 8)
        loss = criterion(net(x), (x == x.max(dim=1, keepdim=True).values).to(x.dtype))
        optimizer.zero_grad()
        loss.backward()
        yield net, loss
        optimizer.step()


@trained_by(By("Rprop", lr=0.001), By("Adam", lr=0.005), By("Adamax", lr=0.005))
def time_series(torch, optimizer):
    """What a sum of waves does next, from its last sixteen values."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(17)
    time = torch.arange(80.0)
    series = torch.sin(0.4 * time) + 0.5 * torch.sin(1.1 * time + 1) + 0.2 * torch.randn(80)
    windows = series.unfold(0, 17, 1)
    x, y = windows[:, :16].unsqueeze(1), windows[:, 16]
    net = nn.Sequential(nn.Conv1d(1, 6, 5), nn.Tanh(), nn.AvgPool1d(2), nn.Conv1d(6, 6, 3, dilation=2), nn.Tanh(),
                        nn.Flatten(), nn.Linear(12, 1))
    optimizer = optimizer(net.parameters())

    def closure():
        optimizer.zero_grad()
        loss = functional.huber_loss(net(x).squeeze(1), y)
        loss.backward()
        return loss

    for _ in range(STEPS):
        yield net, closure()
        optimizer.step(closure)

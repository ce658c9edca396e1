"""Networks over plain numbers: a deep linear one, a regression, and a policy."""

from tests.parity.networks.rows import STEPS, By, trained_by


@trained_by(By("SGD", lr=0.02), By("Adagrad", lr=0.02), By("ASGD", lr=0.02), By("Rprop", lr=0.001))
def deep_linear(torch, optimizer):
    nn = torch.nn
    torch.manual_seed(9)
    net = nn.Sequential(*[nn.Linear(8, 8, bias=False) for _ in range(5)])
    for layer in net:
        nn.init.orthogonal_(layer.weight)
    x, wanted = torch.randn(32, 8), torch.randn(8, 8)
    y = x @ wanted + torch.randn(32, 8)
    optimizer = optimizer(net.parameters())
    for _ in range(STEPS):
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        yield net, loss
        optimizer.step()


@trained_by(By("LBFGS", lr=0.1, max_iter=4), By("LBFGS", lr=1.0, line_search_fn="strong_wolfe"),
            By("Rprop", lr=0.001), By("Adam", lr=0.01))
def regression(torch, optimizer):
    """A polynomial of the third degree through noisy points, some of them far out.

    With a hidden layer L-BFGS follows nobody, itself least: where the curvature is almost none, one rounding of one weight in
    float64 is a difference of 1e-7 four steps later, in torch as well.
    """
    nn = torch.nn
    torch.manual_seed(10)
    x = torch.linspace(-2, 2, 40)
    y = x**3 / 4 - x + 0.3 * torch.randn(40)
    y[::9] += 3
    powers = torch.stack([x, x**2, x**3], dim=1)
    net = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))
    criterion = nn.SmoothL1Loss()
    optimizer = optimizer(net.parameters())

    def closure():
        optimizer.zero_grad()
        loss = criterion(net(powers), y)
        loss.backward()
        return loss

    for _ in range(STEPS):
        yield net, closure()
        optimizer.step(closure)


class Corridor:
    """A walk of seven places: one reaches the right end in as few steps as one can. It slips at every third step."""

    def reset(self):
        self.place, self.time = 3, 0
        return self.seen()

    def step(self, action):
        self.time += 1
        move = 1 if action == 1 else -1
        self.place = max(0, self.place + (move if self.time % 3 else -move))
        done = self.place >= 6 or self.time == 12
        return self.seen(), 1.0 if self.place >= 6 else -0.1, done

    def seen(self):
        return [self.place / 6, self.time / 12, 1.0 if self.time % 3 == 2 else 0.0, 1.0]


@trained_by(By("RMSprop", lr=0.005), By("Adam", lr=0.01), By("RAdam", lr=0.01))
def policy_gradient(torch, optimizer, actions):
    """REINFORCE. `actions` is what was done in an earlier run, which is done again; an empty list is filled with what is drawn."""
    nn = torch.nn
    torch.manual_seed(11)
    policy = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer, corridor = optimizer(policy.parameters()), Corridor()
    replay = iter(list(actions))
    for _ in range(STEPS):
        state, done, log_probs, rewards = corridor.reset(), False, [], []
        while not done:
            log_prob = policy(torch.tensor(state)).log_softmax(-1)
            drawn = torch.multinomial(log_prob.detach().exp(), 1).item()
            action = next(replay, None)
            if action is None:
                action = drawn
                actions.append(action)
            log_probs.append(log_prob[action])
            state, reward, done = corridor.step(action)
            rewards.append(reward)
        returns, total = [], 0.0
        for reward in reversed(rewards):
            total = reward + 0.95 * total
            returns.insert(0, total)
        returns = torch.tensor(returns)
        loss = -(torch.stack(log_probs) * (returns + 1.0)).sum()
        optimizer.zero_grad()
        loss.backward()
        yield policy, loss
        optimizer.step()

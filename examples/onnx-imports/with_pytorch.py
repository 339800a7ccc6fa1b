"""A small network of PyTorch. Its last layer is softmax, so that it answers probabilities; its first size is free, so that it takes batches."""

import torch

from penguins import MEASURES, SPECIES, make, records, write

torch.manual_seed(0)
torch.set_num_threads(1)
measures, _, species = make(seed=10)
x = torch.from_numpy(measures)
y = torch.tensor([SPECIES.index(each) for each in species])


class Scaled(torch.nn.Module):
    """What the training data look like goes into the graph: whoever asks sends raw measures."""

    def __init__(self, mean, spread):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)

    def forward(self, rows):
        return (rows - self.mean) / self.spread


layers = [Scaled(x.mean(0), x.std(0)), torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3)]
network = torch.nn.Sequential(*layers)
optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
for _ in range(200):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(network(x), y).backward()
    optimizer.step()

model = torch.nn.Sequential(network, torch.nn.Softmax(dim=1)).eval()
program = torch.onnx.export(
    model, (x[:2],), input_names=["measures"], output_names=["probabilities"], dynamic_shapes=({0: "rows"},), dynamo=True
)

few = slice(0, 50)
write(
    "pytorch",
    program.model_proto.SerializeToString(),
    records(measures[few]),
    model(x[few]).detach().numpy(),
    target="species",
    columns=MEASURES,
    classes=SPECIES,
)

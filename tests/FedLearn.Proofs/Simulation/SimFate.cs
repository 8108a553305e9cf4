using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation;

/// <summary>What befalls the coordinator from outside, while things break: kills, a second start, clock jumps, an operator who stops the run.</summary>
internal sealed class SimFate(SimWorld world)
{
    public void Plan() => world.After(world.Chance.Milliseconds(500, 15_000), () =>
    {
        if (world.Faults.Active && !world.IsOver)
        {
            Strike();
            Plan();
        }
    });

    private void Strike()
    {
        var faults = world.Faults;
        if (faults.Happens(Fault.Killed, 0.15))
        {
            world.Current.Die("killed");
        }

        if (world.Chance.Of(0.05))
        {
            world.StartSecond();
        }

        if (faults.Happens(Fault.WallForward, 0.1))
        {
            world.Clock.Jumped += world.Chance.Milliseconds(1000, 7_200_000);
        }

        if (faults.Happens(Fault.WallBack, 0.1))
        {
            world.Clock.Jumped -= world.Chance.Milliseconds(1000, 7_200_000);
        }

        if (!world.Plan.Exact && world.Current.Alive && world.Current.Run is not null && faults.Happens(Fault.RunStopped, 0.01))
        {
            world.Ledger.StopRequested = true;
            world.Current.Ask(new RunEvent.StopRequested("by its operator"), null, _ => { });
        }
    }
}

using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation;

/// <summary>What befalls the coordinator from outside, while things break: kills, a second start, clock jumps, an operator who pauses, resumes and stops the run.</summary>
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

    /// <summary>The operator pauses, and some time later resumes until it is durable, whatever breaks meanwhile.</summary>
    private void Pause()
    {
        world.Current.Ask(new RunEvent.PauseRequested("operator", "by chance"), null, _ => { });
        world.After(world.Chance.Milliseconds(100, 20_000), Resume);
    }

    private void Resume()
    {
        if (world.IsOver)
        {
            return;
        }

        if (world.Current.Alive && world.Current.Run is not null)
        {
            world.Current.Ask(new RunEvent.ResumeRequested("operator"), null, _ => { });
        }

        world.After(world.Chance.Milliseconds(500, 3000), () =>
        {
            if (world.Ledger.Paused)
            {
                Resume();
            }
        });
    }

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

        if (world.Current.Alive && world.Current.Run is not null && faults.Happens(Fault.RunPaused, 0.1))
        {
            Pause();
        }

        if (!world.Plan.Exact && world.Current.Alive && world.Current.Run is not null && faults.Happens(Fault.RunStopped, 0.01))
        {
            world.Ledger.StopRequested = true;
            world.Current.Ask(new RunEvent.StopRequested("by its operator"), null, _ => { });
        }
    }
}

namespace FedLearn.Core.Specs;

/// <summary>What must hold between <c>client.personalLambda</c> and the other client settings.</summary>
internal static class PersonalRules
{
    private const string Path = "client.personalLambda";

    public static void Check(ClientSettings client, SpecReader reader)
    {
        if (client.PersonalLambda > 0 && client.LocalTensors is not null)
        {
            reader.Add(Path, "cannot stand together with client.localTensors: a personal model is each client's own as a whole; keep one of them");
        }

        // The pull alone multiplies the distance by 1 - eta lambda in each step. Schedules never go above the first rate.
        if (client.LearningRate * client.PersonalLambda > 2)
        {
            reader.Add(Path, $"expected at most 2 / client.learningRate ({2 / client.LearningRate:0.######}), got {client.PersonalLambda}: "
                + "each step would leave the personal model farther from the base version than it was");
        }
    }
}
